#!/usr/bin/env node
import { requireNode, silenceSqliteWarning } from './warnings.js'

requireNode()
silenceSqliteWarning()
let unwritten = false
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has gone is no failure of ours, like `cofferdam ps | head -1`.
    if (error.code === 'EPIPE' || unwritten) return
    unwritten = true
    process.stderr.write(`cofferdam: the output cannot be written: ${error.message}\n`)
  })
}
const { runCommand } = await import('./program.js')
const status = await runCommand(process.argv)
process.exitCode = status === 0 && unwritten ? 1 : status
