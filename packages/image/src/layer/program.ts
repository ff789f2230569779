import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { programPath } from '@cofferdam/sys'

/** A running `layer` program. */
export interface LayerProgram {
  /** Its control socket. */
  readonly socket: Duplex
  /** Settles when it has ended: a text for an error. */
  readonly ended: Promise<string>
  kill(): void
}

/** What the program is started with: open descriptors, which stay the caller's. */
export interface LayerProgramOptions {
  /** The blob file, read with pread(2). */
  readonly blob: number
  /** The directory to unpack into. */
  readonly directory: number
}

/** Starts the program; `directoryIsFd` says whether it gets the directory as descriptor 5 or as its root. */
export interface LayerStarter {
  readonly directoryIsFd: boolean
  start(options: LayerProgramOptions): LayerProgram
}

/** Starts `layer` as an ordinary child of this process. */
export const plainStarter: LayerStarter = {
  directoryIsFd: true,
  start({ blob, directory }) {
    const child = spawn(programPath('layer'), [], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', blob, directory],
      env: {},
      cwd: '/',
    })
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`))
    })
    return { socket: child.stdio[3] as Duplex, ended, kill: () => void child.kill('SIGKILL') }
  },
}
