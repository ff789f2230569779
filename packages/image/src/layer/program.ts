import { spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { programPath } from '@cofferdam/sys'

/** A running `layer` program. */
export interface LayerProgram {
  /** What it reads and writes: messages. */
  readonly input: Writable
  readonly output: Readable
  /** Settles when it has ended: how, as a text for an error. */
  readonly ended: Promise<string>
  /** Ends it with SIGKILL; `ended` settles then. Does nothing when it has ended. */
  kill(): void
}

/** What the program is started with: open descriptors, which stay the caller's. */
export interface LayerProgramOptions {
  /** The blob file, read with pread(2). */
  readonly blob: number
  /** The directory to unpack into. */
  readonly directory: number
}

/** Starts the program; `directoryIsFd` says whether it gets the directory as descriptor 4 or as its root. */
export interface LayerStarter {
  readonly directoryIsFd: boolean
  /**
   * Starts the program with these descriptors.
   * @throws CofferdamError those of a launch, when it cannot be started
   */
  start(options: LayerProgramOptions): Promise<LayerProgram>
}

/**
 * Starts `layer` as an ordinary child of this process, for users who cannot make namespaces. Its own filter of system
 * calls is then what holds it.
 */
export const plainStarter: LayerStarter = {
  directoryIsFd: true,
  async start({ blob, directory }) {
    const child = spawn(programPath('layer'), [], {
      stdio: ['pipe', 'pipe', 'ignore', blob, directory],
      env: {},
      cwd: '/',
    })
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`))
    })
    return {
      input: child.stdin as Writable,
      output: child.stdout as Readable,
      ended,
      kill: () => void child.kill('SIGKILL'),
    }
  },
}
