import type { Command } from 'commander'
import { interruptible, print, withEngine } from '../context.js'
import { PullDisplay } from '../output/progress.js'

/** `cofferdam pull IMAGE`. */
export function pullCommand(program: Command): void {
  program
    .command('pull <image>')
    .description('fetch an image from its registry')
    .option('--platform <os/arch>', 'platform of the image')
    .option('-q, --quiet', 'only print the digest')
    .action(async (image: string, options: { platform?: string; quiet?: boolean }, command: Command) => {
      using interrupt = interruptible()
      await withEngine(command, async (engine, { json }) => {
        using display = options.quiet || json ? undefined : new PullDisplay()
        const pulled = await engine.pull(image, {
          signal: interrupt.signal,
          onProgress: (progress) => display?.update(progress),
          ...(options.platform === undefined ? {} : { platform: options.platform }),
        })
        print(
          json
            ? JSON.stringify(pulled)
            : options.quiet
              ? pulled.digest
              : `${pulled.name ?? image}@${pulled.digest}`,
        )
      })
    })
}
