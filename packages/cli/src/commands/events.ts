import type { Command } from 'commander'
import type { EngineEvent } from '@cofferdam/engine'
import { untilInterrupted, withEngine, writeLine } from '../context.js'
import { moment } from '../grammar/values.js'

/** `cofferdam events`. */
export function eventsCommand(program: Command): void {
  program
    .command('events')
    .description('what happens to containers, until interrupted')
    .option('--since <time>', 'from this time on', (text) => moment(text))
    .option('--until <time>', 'until this time', (text) => moment(text))
    .action(async (options: { since?: Date; until?: Date }, command: Command) => {
      await withEngine(command, (engine, { json }) =>
        untilInterrupted(async (signal) => {
          for await (const event of engine.events({ ...options, signal }))
            await writeLine(json ? JSON.stringify(event) : line(event), signal)
        }),
      )
    })
}

function line({ time, type, action, id, name, image, attributes }: EngineEvent): string {
  const details = Object.entries({ image, name, ...attributes }).map(([key, value]) => `${key}=${value}`)
  return `${time.toISOString()} ${type} ${action} ${id} (${details.join(', ')})`
}
