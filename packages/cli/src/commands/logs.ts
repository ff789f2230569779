import type { Command } from 'commander'
import { untilInterrupted, withEngine, writeLine } from '../context.js'
import { moment, whole } from '../grammar/values.js'

interface LogsFlags {
  follow?: boolean
  tail?: number
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
    .option('-n, --tail <lines>', 'only the last lines, or "all"', tail)
    .option('-t, --timestamps', 'with times')
    .option('--since <time>', 'from this time on', (text) => moment(text))
    .option('--until <time>', 'up to this time', (text) => moment(text))
    .action(async (key: string, { timestamps, ...options }: LogsFlags, command: Command) => {
      await withEngine(command, (engine, { json }) =>
        untilInterrupted(async (signal) => {
          for await (const entry of engine.get(key).logs({ ...options, signal })) {
            if (json) {
              await writeLine(JSON.stringify(entry), signal)
              continue
            }
            const time = timestamps ? `${entry.time.toISOString()} ` : ''
            const stream = entry.stream === 'stderr' ? process.stderr : process.stdout
            await writeLine(`${time}${entry.line}`, signal, stream)
          }
        }),
      )
    })
}

function tail(text: string): number | undefined {
  return text === 'all' ? undefined : whole(text)
}
