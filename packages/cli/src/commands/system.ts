import type { Command } from 'commander'
import pc from 'picocolors'
import { print, withEngine } from '../context.js'

/** `cofferdam system`. */
export function systemCommand(program: Command): void {
  const system = program.command('system').description('look after the state of the engine')
  system
    .command('check')
    .description('compare state, files and kernel; exit code 1 when something inconsistent remains')
    .option('--repair', 'mend what can be mended')
    .option('--json', 'write results and errors as JSON')
    .action(async (options: { repair?: boolean }, command: Command) => {
      await withEngine(
        command,
        async (engine, { json }) => {
          const findings = await engine.check({ repair: options.repair ?? false })
          if (findings.some(({ repaired }) => !repaired)) process.exitCode = 1
          if (json) return print(JSON.stringify(findings))
          if (findings.length === 0) return print('everything is consistent')
          for (const { kind, object, problem, repaired } of findings)
            print(`${repaired ? pc.green('mended') : pc.red('wrong ')}  ${kind} ${object} ${problem}`)
        },
        { reconcile: false },
      )
    })
}
