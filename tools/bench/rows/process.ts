import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inProcess, type RowSource } from '../harness/row.ts'

/** Node's own way to start a process, for comparison; from the call to the event `exit`. */
export const childProcess: RowSource = {
  name: "child_process.spawn('true')",
  open: async () =>
    inProcess("child_process.spawn('true')", 'warm', () => once(spawn('true', { stdio: 'ignore' }), 'exit')),
}
