import { constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ReadStream } from 'node:tty'
import { closeQuietly, pipe } from '@cofferdam/sys'
import { invalidPlan } from '../plan/writer.js'
import { BunStream, bun } from './bun.js'
import type { SpawnOptions, StdioTarget } from './options.js'

/** Both sides of a process's stdio. */
export interface StdioEnds {
  /** For the process: descriptors 0, 1, 2, ... */
  readonly child: readonly number[]
  /** Our ends of pipes; undefined where there is none. */
  readonly ours: readonly (number | undefined)[]
  /** Opened here for the process, to be closed after the launch. */
  readonly opened: readonly number[]
}

function targets(stdio: SpawnOptions['stdio']): readonly StdioTarget[] {
  if (stdio === undefined) return ['pipe', 'pipe', 'pipe']
  if (typeof stdio === 'object')
    return [...stdio, ...Array<StdioTarget>(Math.max(0, 3 - stdio.length)).fill('pipe')]
  return [stdio, stdio, stdio]
}

/**
 * A pipe for descriptor `target` of a process, which reads 0 and writes the others; our end does not block.
 * @throws CofferdamError `ERR_SYSCALL`
 */
export function stdioPipe(target: number): { readonly ours: number; readonly theirs: number } {
  if (target !== 0) {
    const { read, write } = pipe({ read: true })
    return { ours: read, theirs: write }
  }
  const { read, write } = pipe({ write: true })
  return { ours: write, theirs: read }
}

/** Opens what the stdio option asks for. @throws CofferdamError `ERR_INVALID_PLAN`, `ERR_SYSCALL`; nothing stays open */
export function openStdio(stdio: SpawnOptions['stdio']): StdioEnds {
  const child: number[] = []
  const ours: (number | undefined)[] = []
  const opened: number[] = []
  try {
    for (const [index, target] of targets(stdio).entries()) {
      if (target === 'pipe') {
        const ends = stdioPipe(index)
        child.push(ends.theirs)
        ours[index] = ends.ours
        opened.push(ends.theirs)
      } else if (target === 'ignore') {
        opened.push(openSync('/dev/null', constants.O_RDWR))
        child.push(opened.at(-1) as number)
      } else if (target === 'inherit') {
        child.push(index)
      } else if (Number.isInteger(target) && target >= 0) {
        child.push(target)
      } else {
        throw invalidPlan(
          `stdio[${index}]: ${JSON.stringify(target)}`,
          `'pipe', 'ignore', 'inherit' or a descriptor`,
        )
      }
    }
  } catch (error) {
    for (const fd of [...opened, ...ours]) closeQuietly(fd)
    throw error
  }
  return { child, ours, opened }
}

/** Calls `onBytes` with the size of every chunk that arrives, before anyone reads it. */
export function countBytes(stream: Socket, onBytes: (size: number) => void): void {
  const push = stream.push.bind(stream)
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (Buffer.isBuffer(chunk)) onBytes(chunk.length)
    return push(chunk, encoding)
  }
}

/** A stream over our end of a pipe; served by epoll, not by the thread pool. */
export function pipeStream(fd: number, direction: 'read' | 'write'): Socket {
  if (bun !== undefined && direction === 'read')
    return new BunStream(fd, { terminal: false }) as Duplex as Socket
  return new Socket({ fd, readable: direction === 'read', writable: direction === 'write' })
}

/** A duplex stream over the master of a pseudo-terminal; the end of the terminal (EIO) is the end of the stream. */
export function terminalStream(fd: number): ReadStream {
  if (bun !== undefined) return new BunStream(fd, { terminal: true }) as Duplex as ReadStream
  const stream = new ReadStream(fd)
  const destroy = stream.destroy.bind(stream)
  stream.destroy = (error?: Error) => {
    if ((error as { code?: string } | undefined)?.code !== 'EIO') return destroy(error)
    stream.push(null)
    return stream
  }
  return stream
}
