import { type Attachment, connect } from '@cofferdam/supervisor'
import type { Readable, Writable } from 'node:stream'
import type { ContainerProcess } from '../container/process.js'
import { type EngineContext, monitorDirectory } from '../launch/context.js'
import type { ExitStatus } from '../types.js'

/** Streams of a detached container, until they are detached. */
export interface AttachedContainer extends ContainerProcess, AsyncDisposable {
  /** Lets the container go on without these streams. Idempotent. */
  detach(): Promise<void>
}

/** Connects to the monitor and attaches. */
export async function attachContainer(
  context: EngineContext,
  id: string,
  target: Pick<ContainerProcess, 'kill' | 'exited'>,
  options: { readonly stdin: boolean; readonly signal?: AbortSignal },
): Promise<AttachedContainer> {
  const { signal } = options
  const monitor = await connect(monitorDirectory(context, id), signal === undefined ? {} : { signal })
  let attachment: Attachment
  try {
    attachment = await monitor.attach({
      stdin: options.stdin,
      closeStdin: true,
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    await monitor.close()
    throw error
  }
  const detach = async (): Promise<void> => {
    await attachment.detach()
    await monitor.close()
  }
  const streams = monitor.terminal
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
