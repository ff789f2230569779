import type { Command } from 'commander'
import { formatBytes } from '@cofferdam/core'
import { print, withEngine } from '../context.js'
import { ago } from '../output/ago.js'
import { table } from '../output/table.js'

/** `cofferdam images`. */
export function imagesCommand(program: Command): void {
  program
    .command('images')
    .description('list the images of the store')
    .option('-q, --quiet', 'only print ids')
    .action(async (options: { quiet?: boolean }, command: Command) => {
      await withEngine(command, async (engine, { json }) => {
        const images = await engine.images()
        if (json) return print(JSON.stringify(images))
        if (options.quiet) return images.forEach((image) => print(image.id.slice(7, 19)))
        const rows = images.map((image) => [
          image.name ?? '<none>',
          image.id.slice(7, 19),
          image.platform,
          image.created === undefined ? '' : ago(image.created),
          formatBytes(image.size),
        ])
        print(table(['IMAGE', 'ID', 'PLATFORM', 'CREATED', 'SIZE'], rows))
      })
    })
}
