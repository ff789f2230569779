import type { Command } from 'commander'
import { interruptible, print, withEngine } from '../context.js'
import { count, moment } from '../grammar/values.js'

interface LogsFlags {
  follow?: boolean
  tail?: string
  timestamps?: boolean
  since?: Date
  until?: Date
}

/** `cofferdam logs CONTAINER`. */
export function logsCommand(program: Command): void {
  program
    .command('logs <container>')
    .description('print what a container wrote')
    .option('-f, --follow', 'wait for more until it exits')
    .option('-n, --tail <lines>', 'only the last lines, or "all"', 'all')
    .option('-t, --timestamps', 'with times')
    .option('--since <time>', 'from this time on', (text) => moment(text))
    .option('--until <time>', 'up to this time', (text) => moment(text))
    .action(async (key: string, options: LogsFlags, command: Command) => {
      using interrupt = interruptible()
      await withEngine(command, async (engine, { json }) => {
        const container = engine.get(key)
        const lines = container.logs({
          follow: options.follow ?? false,
          signal: interrupt.signal,
          ...(options.tail === undefined || options.tail === 'all' ? {} : { tail: count(options.tail) }),
          ...(options.since === undefined ? {} : { since: options.since }),
          ...(options.until === undefined ? {} : { until: options.until }),
        })
        for await (const entry of lines) {
          if (json) {
            print(JSON.stringify(entry))
            continue
          }
          const time = options.timestamps ? `${entry.time.toISOString()} ` : ''
          const stream = entry.stream === 'stderr' ? process.stderr : process.stdout
          stream.write(`${time}${entry.line}\n`)
        }
      })
    })
}
