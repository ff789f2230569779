import { closeSync, openSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { pipeStream, stdioPipe } from '@cofferdam/process'
import { closeQuietly } from '@cofferdam/sys'
import type { StdioPlan } from '../compile/context.js'

/** One of standard input, output and error: a new pipe, /dev/null, this process's own, or a descriptor. */
export type StdioEntry = 'pipe' | 'ignore' | 'inherit' | number

/** A pseudo-terminal for all three. */
export interface TtyOptions {
  readonly columns?: number
  readonly rows?: number
}

/** Pipes and descriptors for a launch. */
export interface StdioSetup {
  readonly plan: StdioPlan
  /** This side of the pipes, as streams; call it once, after the launch. */
  streams(): { readonly stdin?: Writable; readonly stdout?: Readable; readonly stderr?: Readable }
  /** Closes the container's side, which the launch has taken a copy of. */
  closeTheirs(): void
  /** Closes both sides of a launch that failed. */
  close(): void
}

/** Opens what `entries` name; three of them, `ignore` for what is missing. */
export function openStdio(entries: readonly StdioEntry[] | TtyOptions): StdioSetup {
  if (!Array.isArray(entries)) {
    const { columns, rows } = entries as TtyOptions
    const size = { ...(columns === undefined ? {} : { columns }), ...(rows === undefined ? {} : { rows }) }
    return { plan: { kind: 'pty', ...size }, streams: () => ({}), closeTheirs() {}, close() {} }
  }
  const theirs: number[] = []
  const ours: (number | undefined)[] = []
  const closeTheirs = () => theirs.splice(0).forEach((fd) => closeSync(fd))
  const close = () => {
    closeTheirs()
    ours.splice(0).forEach((fd) => closeQuietly(fd))
  }
  let nothing: number | undefined
  try {
    const fds = [0, 1, 2].map((target) => {
      const entry = (entries as readonly StdioEntry[])[target] ?? 'ignore'
      if (typeof entry === 'number') return entry
      if (entry === 'inherit') return target
      if (entry === 'ignore') {
        if (nothing === undefined) theirs.push((nothing = openSync('/dev/null', 'r+')))
        return nothing
      }
      const ends = stdioPipe(target)
      ours[target] = ends.ours
      theirs.push(ends.theirs)
      return ends.theirs
    })
    return { plan: { kind: 'fds', fds }, streams: () => openStreams(ours.splice(0)), closeTheirs, close }
  } catch (error) {
    close()
    throw error
  }
}

function openStreams([stdin, stdout, stderr]: (number | undefined)[]) {
  return {
    ...(stdin === undefined ? {} : { stdin: pipeStream(stdin, 'write') }),
    ...(stdout === undefined ? {} : { stdout: pipeStream(stdout, 'read') }),
    ...(stderr === undefined ? {} : { stderr: pipeStream(stderr, 'read') }),
  }
}
