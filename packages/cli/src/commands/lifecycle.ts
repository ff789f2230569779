import { type Command, InvalidArgumentError } from 'commander'
import { each, fail, type GlobalOptions, print, withEngine } from '../context.js'
import { render } from '../grammar/template.js'
import { signalName, whole } from '../grammar/values.js'
import { bridge, shellStatus } from '../terminal/bridge.js'

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
            return each(command, keys, async (key) => {
              await engine.restart(key)
              return key
            })
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
        each(command, keys, async (key) => {
          await engine.get(key).stop({ timeout: options.time * 1000 })
          await engine.restart(key)
          return key
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
      await withEngine(command, (engine) =>
        each(command, keys, async (key) => {
          await engine.get(key).kill(options.signal)
          return key
        }),
      )
    })
}

/** `cofferdam wait CONTAINER...`. */
export function waitCommand(program: Command): void {
  program
    .command('wait <containers...>')
    .description('wait until containers have ended, and print how')
    .action(async (keys: string[], _options: object, command: Command) => {
      await withEngine(command, async (engine, { json }) => {
        if (!json)
          return each(command, keys, async (key) => String(shellStatus(await engine.get(key).finished())))
        const exits = keys.map(async (key) => {
          try {
            return await engine.get(key).finished()
          } catch (error) {
            fail(command, error)
            return null
          }
        })
        print(JSON.stringify(await Promise.all(exits)))
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
    .option('-f, --format <template>', 'only fields of it, like {{.status}}')
    .action(async (keys: string[], options: { format?: string }, command: Command) => {
      await withEngine(command, async (engine) => {
        const all = keys.flatMap((key) => {
          try {
            return [engine.get(key).inspect()]
          } catch (error) {
            fail(command, error)
            return []
          }
        })
        const { format } = options
        if (format !== undefined) return all.forEach((container) => print(render(format, container)))
        print(JSON.stringify(all, null, command.optsWithGlobals<GlobalOptions>().json ? undefined : 2))
      })
    })
}
