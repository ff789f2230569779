/** Test files in several jest workers: `jest.mjs JEST`, where JEST is its program. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const folder = join(import.meta.dirname, 'jest')
mkdirSync(folder, { recursive: true })
const test = `
  import { spawn } from '@cofferdam/process'
  import { writeFileSync } from 'node:fs'
  import { isErrno } from '@cofferdam/core'

  test('starts processes', async () => {
    const box = await spawn(['echo', 'hello'])
    const lines = []
    for await (const line of box.lines()) lines.push(line)
    expect(lines).toEqual(['hello'])
    expect(await box.exited).toMatchObject({ exitCode: 0 })
  })
  test('tells errors', async () => {
    const error = await spawn(['/nonexistent']).catch((reason) => reason)
    expect(isErrno(error, 'ENOENT')).toBe(true)
  })
  test('leaves one to the end of the worker', async () => {
    const { pid } = await spawn(['sleep', '1000'])
    writeFileSync(import.meta.filename + '.pid', String(pid))
  })`
const files = ['a', 'b', 'c', 'd'].map((name) => join(folder, `${name}.test.mjs`))
for (const file of files) writeFileSync(file, test)
writeFileSync(
  join(folder, 'jest.config.mjs'),
  // A cache of its own: with times of an earlier run jest would take no workers for files as quick as these.
  `export default { testMatch: ['**/*.test.mjs'], transform: {}, cacheDirectory: '<rootDir>/cache-${process.version}' }`,
)
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
const { status } = spawnSync(process.execPath, [...flags, process.argv[2], '--maxWorkers=2', '--ci'], {
  cwd: folder,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
for (const file of files) while (existsSync(`/proc/${readFileSync(`${file}.pid`, 'utf8')}`)) await sleep(10)
