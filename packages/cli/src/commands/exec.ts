import type { Command } from 'commander'
import { withEngine } from '../context.js'
import { collect, envFile, environment } from '../grammar/values.js'
import { bridge, shellStatus } from '../terminal/bridge.js'

interface ExecFlags {
  env?: string[]
  envFile?: string[]
  detach?: boolean
  interactive?: boolean
  tty?: boolean
  user?: string
  workdir?: string
}

/** `cofferdam exec CONTAINER COMMAND`. */
export function execCommand(program: Command): void {
  program
    .command('exec <container> <command> [args...]')
    .description('run a command in a running container')
    .passThroughOptions()
    .option('-e, --env <KEY=VALUE>', 'set a variable', collect)
    .option('--env-file <file>', 'read variables from a file', collect)
    .option('-i, --interactive', 'keep standard input open')
    .option('-t, --tty', 'give it a terminal')
    .option('-u, --user <name|uid[:group|gid]>', 'run as this user')
    .option('-w, --workdir <dir>', 'start in this directory')
    .option('-d, --detach', 'run it in the background')
    .action(async (key: string, program_: string, args: string[], options: ExecFlags, command: Command) => {
      await withEngine(command, async (engine) => {
        const process_ = await engine.get(key).startExec([program_, ...args], {
          env: environment([...(options.envFile ?? []).flatMap(envFile), ...(options.env ?? [])]),
          detach: options.detach ?? false,
          stdin: options.interactive ?? false,
          tty: options.tty ?? false,
          ...(options.user === undefined ? {} : { user: options.user }),
          ...(options.workdir === undefined ? {} : { workdir: options.workdir }),
        })
        if (options.detach) return
        process.exitCode = shellStatus(await bridge(process_, { interactive: options.interactive ?? false }))
      })
    })
}
