#!/usr/bin/env node
import { requireNode, silenceSqliteWarning } from './warnings.js'

requireNode()
silenceSqliteWarning()
// A reader that has gone is no failure of ours, like `cofferdam ps | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
const { runCommand } = await import('./program.js')
process.exitCode = await runCommand(process.argv)
