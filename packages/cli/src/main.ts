#!/usr/bin/env node
import { requireNode, silenceSqliteWarning } from './warnings.js'

requireNode()
silenceSqliteWarning()
const { runCommand } = await import('./program.js')
process.exitCode = await runCommand(process.argv)
