import type { Command } from 'commander'
import pc from 'picocolors'
import { doctor } from '@cofferdam/doctor'
import { resolveRoots } from '@cofferdam/engine'
import { type GlobalOptions, print } from '../context.js'

/** `cofferdam doctor`. */
export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('what this host and user can and cannot do, and the fix for what is missing')
    .action(async (_options: object, command: Command) => {
      const { json, root } = command.optsWithGlobals<GlobalOptions>()
      const checks = await doctor({ store: resolveRoots(root).store })
      if (checks.some((check) => check.required && !check.ok)) process.exitCode = 1
      if (json) return print(JSON.stringify(checks))
      for (const check of checks) {
        const mark = check.ok
          ? pc.green('ok     ')
          : check.required
            ? pc.red('missing')
            : pc.yellow('limited')
        print(`${mark}  ${check.name}: ${check.detail}`)
        if (!check.ok && check.fix !== undefined) print(`         fix: ${check.fix}`)
      }
    })
}
