import type { Command } from 'commander'
import { isErrno } from '@cofferdam/core'
import { each, withEngine } from '../context.js'

/** `cofferdam rm CONTAINER...`. */
export function rmCommand(program: Command): void {
  program
    .command('rm <containers...>')
    .description('remove containers with their files and logs')
    .option('-f, --force', 'kill those that run; no error for those that are not there')
    .option('-v, --volumes', 'remove its anonymous volumes: there are none')
    .action(async (keys: string[], options: { force?: boolean }, command: Command) => {
      await withEngine(command, (engine) =>
        each(command, keys, async (key) => {
          try {
            await engine.get(key).remove({ force: options.force ?? false })
          } catch (error) {
            if (!(options.force && isErrno(error, 'ERR_CONTAINER_NOT_FOUND'))) throw error
          }
          return key
        }),
      )
    })
}
