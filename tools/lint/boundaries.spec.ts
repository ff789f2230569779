import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(__dirname, '../..')
const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' }

interface Finding {
  ruleId: string
  message: string
}

/** What the layer rule says of one line of code in a file of the package. */
function lint(pkg: string, code: string): Finding[] {
  const eslint = resolve(root, 'node_modules/eslint/bin/eslint.js')
  const file = `packages/${pkg}/src/index.ts`
  const args = ['--stdin', '--stdin-filename', file, '--format', 'json']
  const { stdout } = spawnSync(process.execPath, [eslint, ...args], {
    cwd: root,
    env,
    input: code,
    encoding: 'utf8',
  })
  const [result] = JSON.parse(stdout) as { messages: Finding[] }[]
  return result!.messages.filter(({ ruleId }) => ruleId === '@nx/enforce-module-boundaries')
}

describe('the layer rule', () => {
  beforeAll(() => {
    const nx = resolve(root, 'node_modules/nx/dist/bin/nx.js')
    spawnSync(process.execPath, [nx, 'show', 'projects'], { cwd: root, env, stdio: 'ignore' })
  }, 60_000)

  it('refuses an import of the engine in a kernel package', () => {
    expect(lint('cgroups', `export { Engine } from '@cofferdam/engine'\n`)).toHaveLength(1)
  }, 60_000)

  it('names the layers that a kernel package may import from', () => {
    const [finding] = lint('network', `export { parseReference } from '@cofferdam/registry'\n`)
    expect(finding?.message).toContain('layer:base')
  }, 60_000)

  it('allows an import of a lower layer', () => {
    expect(lint('runtime', `export { CofferdamError } from '@cofferdam/core'\n`)).toEqual([])
  }, 60_000)
})
