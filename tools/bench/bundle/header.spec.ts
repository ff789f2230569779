import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { capabilityBits, header } from './header.ts'

const config = JSON.parse(readFileSync(join(__dirname, 'config.json'), 'utf8')) as Config
const numbers = '#define CAP_CHOWN            0\n#define CAP_KILL             5\n'

it('reads capability numbers from the kernel header', () => {
  expect(capabilityBits(['CAP_CHOWN', 'CAP_KILL'], numbers)).toBe(33n)
  expect(() => capabilityBits(['CAP_NONE'], numbers)).toThrow('CAP_NONE')
})

it('carries every mount, path and limit of the committed configuration', () => {
  const text = header(config)
  for (const { destination } of config.mounts) expect(text).toContain(`"${destination.slice(1)}", `)
  for (const path of [...config.linux.maskedPaths, ...config.linux.readonlyPaths])
    expect(text).toContain(`\t"${path}",\n`)
  for (const { type, soft, hard } of config.process.rlimits)
    expect(text).toContain(`{ ${type}, { ${soft}, ${hard} } }`)
  expect(text).toContain(
    '{ "tmpfs", "dev", MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME, ' +
      '(const struct option[]){ { "mode", "755" }, { "size", "65536k" }, { NULL, NULL } } }',
  )
})

it('refuses what the limit would not do', () => {
  const user = { ...config, linux: { ...config.linux, namespaces: [{ type: 'user' }] } }
  expect(() => header(user)).toThrow('user')
})
