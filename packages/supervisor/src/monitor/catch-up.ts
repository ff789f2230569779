import type { Writable } from 'node:stream'
import { CofferdamError, drained } from '@cofferdam/core'
import { readLog, type ReadLogOptions } from '@cofferdam/logs'
import type { Lag } from './live.js'

/**
 * Writes to the outputs what the log has between the place where a client was cut off and the one where it is attached
 * again (`to.until`), at the pace of whoever reads them; to the log's end when there is no such place.
 * @throws CofferdamError `ERR_ATTACH_LAGGED`: there is no log; `ERR_LOG_GONE`: it was rotated away
 */
export async function catchUp(
  log: string | undefined,
  lag: Lag,
  to: Pick<ReadLogOptions, 'until' | 'follow' | 'ended'>,
  outputs: readonly (Writable | undefined)[],
  stopped: () => boolean,
): Promise<void> {
  if (log === undefined) {
    throw new CofferdamError('ERR_ATTACH_LAGGED', 'the client did not read what the container wrote', {
      hint: 'with a log the attachment goes on from there',
    })
  }
  let skip = lag.delivered
  const from = { file: lag.file, offset: lag.offset }
  for await (const frame of readLog(log, { from, ...to })) {
    if (frame.stream === 'system') continue
    const data = frame.data.subarray(skip)
    skip = 0
    const output = outputs[frame.stream === 'stdout' ? 0 : 1]
    if (stopped()) return
    if (output === undefined || output.destroyed || data.length === 0) continue
    if (!output.write(data)) await drained(output)
  }
}
