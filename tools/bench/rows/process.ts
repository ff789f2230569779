import { spawn as spawnChild } from 'node:child_process'
import { once } from 'node:events'
import { type SpawnNamespaces, spawn } from '@cofferdam/process'
import { inProcess, type RowSource } from '../harness/row.ts'
import { needRoot } from '../harness/workshop.ts'

/** Node's own way to start a process, for comparison; from the call to the event `exit`. */
export const childProcess: RowSource = {
  name: "child_process.spawn('true')",
  open: async () =>
    inProcess("child_process.spawn('true')", 'warm', () =>
      once(spawnChild('true', { stdio: 'ignore' }), 'exit'),
    ),
}

async function run(namespaces: SpawnNamespaces): Promise<void> {
  const process = await spawn(['/bin/true'], { stdio: 'ignore', namespaces })
  const { exitCode, signal } = await process.exited
  await process.stop()
  if (exitCode !== 0) throw new Error(`/bin/true ended with ${signal ?? exitCode}`)
}

/** `spawn` of the package process in the namespaces of this process. */
export const spawnNone: RowSource = {
  name: 'process-spawn-none',
  open: async () => inProcess('process-spawn-none', 'warm', () => run({})),
}

const every: SpawnNamespaces = {
  mount: true,
  pid: true,
  net: true,
  ipc: true,
  cgroup: true,
  uts: true,
  time: true,
  user: { map: 'self' },
}

/** The same in eight new namespaces, with /proc mounted. */
export const spawnAll: RowSource = {
  name: 'process-spawn-all',
  open: async () => {
    needRoot()
    return inProcess('process-spawn-all', 'warm', () => run(every))
  },
}
