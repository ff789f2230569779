import type { LogPosition } from '@cofferdam/logs'
import { type Attachment, connect, type Monitor, replay } from '@cofferdam/supervisor'
import type { Readable, Writable } from 'node:stream'
import type { ContainerProcess } from '../container/process.js'
import { type EngineContext, monitorDirectory } from '../launch/context.js'
import type { ExitStatus } from '../types.js'
import { recordedExit } from './monitor.js'

/** Streams of a detached container, until they are detached. */
export interface AttachedContainer extends ContainerProcess, AsyncDisposable {
  /** Lets the container go on without these streams. Idempotent. */
  detach(): Promise<void>
}

/** Connects to the monitor and attaches. With `from`, a place in the log, to one that has ended too. */
export async function attachContainer(
  context: EngineContext,
  id: string,
  target: Pick<ContainerProcess, 'kill' | 'exited'>,
  options: { readonly stdin: boolean; readonly signal?: AbortSignal; readonly from?: LogPosition },
): Promise<AttachedContainer> {
  const { stdin, ...rest } = options
  let monitor: Monitor | undefined
  let attachment: Pick<Attachment, 'stdin' | 'stdout' | 'stderr' | 'detach'>
  try {
    monitor = await connect(monitorDirectory(context, id), rest)
    attachment = await monitor.attach({ stdin, closeStdin: true, ...rest })
  } catch (error) {
    await monitor?.close()
    if (options.from === undefined || recordedExit(context, id) === undefined) throw error
    monitor = undefined
    attachment = replay(monitorDirectory(context, id), options.from)
  }
  const detach = async (): Promise<void> => {
    await attachment.detach()
    await monitor?.close()
  }
  const streams = monitor?.terminal
    ? {
        tty: {
          input: attachment.stdin as Writable,
          output: attachment.stdout as Readable,
          resize: (columns: number, rows: number) =>
            void monitor.resize(columns, rows).catch(() => undefined),
        },
      }
    : { stdin: attachment.stdin, stdout: attachment.stdout, stderr: attachment.stderr }
  return {
    ...streams,
    get exited(): Promise<ExitStatus> {
      return target.exited
    },
    kill: (name) => target.kill(name),
    detach,
    [Symbol.asyncDispose]: detach,
  }
}
