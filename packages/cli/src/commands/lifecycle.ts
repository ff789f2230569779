import { type Command, InvalidArgumentError } from 'commander'
import { type GlobalOptions, print, withEngine } from '../context.js'
import { signalName, whole } from '../grammar/values.js'
import { bridge, shellStatus } from '../terminal/bridge.js'

/** Runs `act` for every container named, prints each name when it is done, and throws the first failure afterwards. */
async function each(keys: readonly string[], act: (key: string) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(
    keys.map(async (key) => {
      await act(key)
      print(key)
    }),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** `cofferdam start CONTAINER...`. */
export function startCommand(program: Command): void {
  program
    .command('start <containers...>')
    .description('start ended containers again, in the background')
    .option('-a, --attach', 'show what it writes and end as it ends (one container)')
    .option('-i, --interactive', 'attach its standard input too')
    .action(
      async (keys: string[], options: { attach?: boolean; interactive?: boolean }, command: Command) => {
        await withEngine(command, async (engine) => {
          if (options.attach !== true && options.interactive !== true)
            return each(keys, (key) => engine.restart(key))
          if (keys.length > 1) throw new InvalidArgumentError('only one container can be attached to')
          const interactive = options.interactive ?? false
          const container = await engine.restart(keys[0] as string)
          await using attached = await container.attach({ stdin: interactive, fromStart: true })
          const exit = await bridge(attached, { interactive, detach: () => attached.detach() })
          process.exitCode = shellStatus(exit)
        })
      },
    )
}

/** `cofferdam restart CONTAINER...`. */
export function restartCommand(program: Command): void {
  program
    .command('restart <containers...>')
    .description('stop containers and start them again')
    .option('-t, --time <seconds>', 'how long to wait before killing', whole, 10)
    .action(async (keys: string[], options: { time: number }, command: Command) => {
      await withEngine(command, (engine) =>
        each(keys, async (key) => {
          await engine.get(key).stop({ timeout: options.time * 1000 })
          await engine.restart(key)
        }),
      )
    })
}

/** `cofferdam kill CONTAINER...`. */
export function killCommand(program: Command): void {
  program
    .command('kill <containers...>')
    .description('send a signal to containers')
    .option('-s, --signal <name>', 'the signal', signalName, 'SIGKILL' as NodeJS.Signals)
    .action(async (keys: string[], options: { signal: NodeJS.Signals }, command: Command) => {
      await withEngine(command, (engine) => each(keys, (key) => engine.get(key).kill(options.signal)))
    })
}

/** `cofferdam wait CONTAINER...`. */
export function waitCommand(program: Command): void {
  program
    .command('wait <containers...>')
    .description('wait until containers have ended, and print how')
    .action(async (keys: string[], _options: object, command: Command) => {
      await withEngine(command, async (engine, { json }) => {
        const exits = await Promise.all(keys.map((key) => engine.get(key).finished()))
        if (json) return print(JSON.stringify(exits))
        for (const exit of exits) print(String(shellStatus(exit)))
      })
    })
}

/** `cofferdam attach CONTAINER`. */
export function attachCommand(program: Command): void {
  program
    .command('attach <container>')
    .description('join the streams of a running container; ctrl-p ctrl-q leaves it')
    .option('--no-stdin', 'do not attach its standard input')
    .action(async (key: string, options: { stdin: boolean }, command: Command) => {
      await withEngine(command, async (engine) => {
        await using attached = await engine.get(key).attach({ stdin: options.stdin })
        const exit = await bridge(attached, { interactive: options.stdin, detach: () => attached.detach() })
        process.exitCode = shellStatus(exit)
      })
    })
}

/** `cofferdam rename CONTAINER NAME`. */
export function renameCommand(program: Command): void {
  program
    .command('rename <container> <name>')
    .description('give a container another name')
    .action(async (key: string, name: string, _options: object, command: Command) => {
      await withEngine(command, (engine) => engine.rename(key, name))
    })
}

/** `cofferdam inspect CONTAINER...`. */
export function inspectCommand(program: Command): void {
  program
    .command('inspect <containers...>')
    .description('what is known of containers, as JSON')
    .action(async (keys: string[], _options: object, command: Command) => {
      await withEngine(command, async (engine) => {
        const all = keys.map((key) => engine.get(key).inspect())
        print(JSON.stringify(all, null, command.optsWithGlobals<GlobalOptions>().json ? undefined : 2))
      })
    })
}
