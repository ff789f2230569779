import type { Readable, Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'
import type { ExitStatus } from '../types.js'

/** The terminal of a process: one stream each way. */
export interface ContainerTerminal {
  readonly input: Writable
  readonly output: Readable
  /** Tells the programs in it the size of the window (SIGWINCH). */
  resize(columns: number, rows: number): void
}

/** A process in a container: its first one, or one executed later. */
export interface ContainerProcess {
  /** Where standard input was asked for. */
  readonly stdin?: Writable | undefined
  readonly stdout?: Readable | undefined
  readonly stderr?: Readable | undefined
  /** Instead of the three where a terminal was asked for. */
  readonly tty?: ContainerTerminal | undefined
  /** Settles when it has ended. */
  readonly exited: Promise<ExitStatus>
  /** Sends a signal. */
  kill(signal?: NodeJS.Signals): unknown
}

/** A terminal on the master's stream; `output` is asked for at its first use. */
export function terminalOf(
  master: ReadStream,
  resize: ContainerTerminal['resize'],
  output: () => Readable = () => master,
): ContainerTerminal {
  return {
    input: master,
    get output() {
      return output()
    },
    resize,
  }
}
