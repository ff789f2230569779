import type { Command } from 'commander'
import { formatBytes } from '@cofferdam/core'
import { print, withEngine } from '../context.js'

/** `cofferdam prune`. */
export function pruneCommand(program: Command): void {
  program
    .command('prune')
    .description('remove exited containers, and blobs and layers that no image needs')
    .option('-a, --all', 'also images that no container uses')
    .action(async (options: { all?: boolean }, command: Command) => {
      await withEngine(command, async (engine, { json }) => {
        const pruned = await engine.prune({ images: options.all ?? false })
        if (json) return print(JSON.stringify(pruned))
        print(`${pruned.containers} containers, ${pruned.images} images, ${formatBytes(pruned.bytes)} freed`)
      })
    })
}
