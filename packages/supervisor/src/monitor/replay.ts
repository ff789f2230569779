import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { LogPosition } from '@cofferdam/logs'
import { LOG } from '../protocol/config.js'
import { monitorAlive } from '../record.js'
import type { Attachment } from './attach.js'
import { catchUp } from './catch-up.js'

/**
 * The streams of an {@link Attachment} that came too late, from the log: what the container wrote from `from` on. Its
 * monitor may still be writing the last of it.
 * @param directory the monitor's
 */
export function replay(
  directory: string,
  from: LogPosition,
): Required<Pick<Attachment, 'stdout' | 'stderr' | 'detach'>> {
  const outputs = [new PassThrough(), new PassThrough()] as const
  let detached = false
  const end = () => {
    detached = true
    for (const output of outputs) output.end()
  }
  const to = { follow: true, ended: () => !monitorAlive(directory) }
  catchUp(join(directory, LOG), { ...from, delivered: 0 }, to, outputs, () => detached).then(
    end,
    (error: Error) => outputs.forEach((output) => output.destroy(error)),
  )
  return { stdout: outputs[0], stderr: outputs[1], detach: async () => end() }
}
