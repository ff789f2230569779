import type { Writable } from 'node:stream'
import type { Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import type { LogPosition } from '@cofferdam/logs'
import { pipeStream, stdioPipe } from '@cofferdam/process'
import { closeQuietly, REQUEST } from '@cofferdam/sys'
import type { Connection } from './connection.js'

const FLAG = { STDIN: 1, STDOUT: 2, STDERR: 4, CLOSE: 8 } as const

/** Where a client was cut off: the first record it did not get whole, and how many bytes of it it got. */
export interface Lag extends LogPosition {
  readonly delivered: number
}

/** Pipes whose other ends the monitor has. */
export interface Live {
  /** Write end of a pipe to the container's standard input; its owner closes it. */
  readonly stdin: number | undefined
  readonly position: LogPosition
  /** Passes on what arrives until the pipes end; why they did, when this client was cut off. */
  flow(outputs: readonly (Writable | undefined)[]): Promise<Lag | undefined>
  close(): void
}

/** Opens pipes and hands their other ends to the monitor. @throws CofferdamError `ERR_MONITOR_LOST`, `ERR_SYSCALL` */
export async function openLive(
  connection: Connection,
  wanted: Readonly<Record<'stdin' | 'stdout' | 'stderr' | 'closeStdin', boolean>>,
): Promise<Live> {
  const theirs: number[] = []
  const ours: (number | undefined)[] = [undefined, undefined, undefined]
  let lag: Lag | undefined
  try {
    for (const [target, name] of (['stdin', 'stdout', 'stderr'] as const).entries()) {
      if (!wanted[name]) continue
      const ends = stdioPipe(target)
      ours[target] = ends.ours
      theirs.push(ends.theirs)
    }
    const value =
      (wanted.stdin ? FLAG.STDIN : 0) |
      (wanted.stdout ? FLAG.STDOUT : 0) |
      (wanted.stderr ? FLAG.STDERR : 0) |
      (wanted.closeStdin ? FLAG.CLOSE : 0)
    const answer = await connection.ask(REQUEST.ATTACH, 'attach', { value, fds: theirs }, (report) => {
      lag = { file: report.value, offset: report.userUs, delivered: report.systemUs }
    })
    const sources = ours.slice(1).map((fd) => (fd === undefined ? undefined : pipeStream(fd, 'read')))
    return {
      stdin: ours[0],
      position: { file: answer.value, offset: answer.userUs },
      async flow(outputs) {
        await Promise.all(sources.map((source, i) => relay(source, outputs[i])))
        // Behind the notice of a lag in the same socket: the ends of the pipes may be seen before it, also when the monitor
        // is gone by now.
        await connection.greet().catch(() => connection.hold(connection.lost))
        connection.forget(answer.requestId)
        return lag
      },
      close() {
        connection.forget(answer.requestId)
        try {
          connection.send(REQUEST.UNATTACH, { id: answer.requestId })
        } catch {
          // It is gone, and what was attached with it.
        }
        for (const source of sources) source?.destroy()
      },
    }
  } catch (error) {
    for (const fd of ours) closeQuietly(fd)
    throw error
  } finally {
    for (const fd of theirs) closeQuietly(fd)
  }
}

async function relay(source: Socket | undefined, output: Writable | undefined): Promise<void> {
  if (source === undefined || output === undefined) return
  const stop = () => source.destroy()
  output.once('close', stop)
  source.pipe(output, { end: false })
  await finished(source).catch(() => {})
  output.off('close', stop)
}
