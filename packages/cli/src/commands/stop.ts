import type { Command } from 'commander'
import { each, withEngine } from '../context.js'
import { signalName, whole } from '../grammar/values.js'

/** `cofferdam stop CONTAINER...`. */
export function stopCommand(program: Command): void {
  program
    .command('stop <containers...>')
    .description('ask containers to stop, then kill them')
    .option('-t, --time <seconds>', 'how long to wait before killing', whole, 10)
    .option('-s, --signal <name>', 'signal that asks; the image says which unless given', signalName)
    .action(async (keys: string[], options: { time: number; signal?: NodeJS.Signals }, command: Command) => {
      await withEngine(command, (engine) =>
        each(command, keys, async (key) => {
          const stopSignal = options.signal === undefined ? {} : { stopSignal: options.signal }
          await engine.get(key).stop({ timeout: options.time * 1000, ...stopSignal })
          return key
        }),
      )
    })
}
