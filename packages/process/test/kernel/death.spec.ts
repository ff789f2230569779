import { spawn as spawnNode, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { eventually, requires, sourceFlags } from '@cofferdam/testing'
import { childrenOf, isRoot, processesWith, uniqueSleep } from './support.js'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** A Node that spawns `script` with `options` and then waits; resolves when the program runs. */
async function starter(script: string, options: object): Promise<ChildProcess> {
  const code = `
    import { spawn } from '@cofferdam/process'
    await spawn(['/bin/sh', '-c', ${JSON.stringify(script)}], ${JSON.stringify({ stdio: 'ignore', ...options })})
    console.log('running')
    setInterval(() => {}, 1000)`
  const node = spawnNode(process.execPath, [...sourceFlags, '--eval', code], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    node.stdout?.once('data', () => resolve())
    node.once('exit', () => reject(new Error('the starter ended')))
  })
  node.removeAllListeners('exit')
  return node
}

const shapes: [string, (sleep: string) => string, number][] = [
  ['the process', (s) => `exec sleep ${s}`, 1],
  ['its children', (s) => `sleep ${s} & sleep ${s} & wait`, 2],
  [
    'what daemonised',
    (s) => `setsid sh -c 'setsid sleep ${s} & exec sleep ${s}' & (sleep ${s} &) ; exec sleep ${s}`,
    4,
  ],
  ['what outlives the main process', (s) => `setsid sleep ${s} & exit 0`, 1],
]
const kinds: [string, object][] = [
  ['without a pid namespace', {}],
  [
    'in a pid namespace',
    { namespaces: { pid: true, mount: true, ...(isRoot ? {} : { user: { map: 'self' } }) } },
  ],
  ['as another user', { uid: 1234, gid: 1234 }],
]

describe.each(kinds)('%s', (kind, options) => {
  const { it } = requires({ root: kind === 'as another user' })
  const cases = shapes.filter(
    ([name]) => kind !== 'in a pid namespace' || name !== 'what outlives the main process',
  )
  it.each(cases)('SIGKILL of Node leaves nothing of %s', async (_name, script, expected) => {
    const sleep = uniqueSleep()
    const node = await starter(script(sleep), options)
    await eventually(() => processesWith(`sleep\0${sleep}`).length === expected)
    node.kill('SIGKILL')
    expect(await eventually(() => processesWith(sleep).length === 0)).toBe(true)
  })

  it.each(cases)('SIGKILL of the spawner leaves nothing of %s', async (_name, script, expected) => {
    const sleep = uniqueSleep()
    const node = await starter(script(sleep), options)
    try {
      await eventually(() => processesWith(`sleep\0${sleep}`).length === expected)
      const [guard] = childrenOf(node.pid as number)
      const [spawner] = childrenOf(guard as number)
      process.kill(spawner as number, 'SIGKILL')
      expect(await eventually(() => processesWith(`sleep\0${sleep}`).length === 0)).toBe(true)
      expect(await eventually(() => childrenOf(node.pid as number).length === 0)).toBe(true)
    } finally {
      node.kill('SIGKILL')
    }
  })
})

describe('a process group', () => {
  it('killed as a whole leaves the guard to clean up', async () => {
    const sleep = uniqueSleep()
    const node = await starter(`setsid sleep ${sleep} & exec setsid sleep ${sleep}`, {})
    await eventually(() => processesWith(`sleep\0${sleep}`).length === 2)
    // Everything in Node's process group at once: Node and its spawner, but not the guard.
    const [guard] = childrenOf(node.pid as number)
    for (const pid of [...childrenOf(guard as number), node.pid as number]) process.kill(pid, 'SIGKILL')
    expect(await eventually(() => processesWith(sleep).length === 0)).toBe(true)
  })
})
