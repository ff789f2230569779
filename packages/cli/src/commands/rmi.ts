import type { Command } from 'commander'
import { isErrno } from '@cofferdam/core'
import { fail, print, withEngine } from '../context.js'

/** `cofferdam rmi IMAGE...`. */
export function rmiCommand(program: Command): void {
  program
    .command('rmi <images...>')
    .description('remove images')
    .option('-f, --force', 'also when containers use them; no error for those that are not there')
    .action(async (images: string[], options: { force?: boolean }, command: Command) => {
      await withEngine(command, async (engine, { json }) => {
        for (const image of images) {
          try {
            const removed = await engine.removeImage(image, { force: options.force ?? false })
            print(json ? JSON.stringify(removed) : (removed.name ?? removed.digest))
          } catch (error) {
            if (!(options.force && isErrno(error, 'ERR_IMAGE_NOT_FOUND'))) fail(command, error)
          }
        }
      })
    })
}
