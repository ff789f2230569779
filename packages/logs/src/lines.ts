import type { LogFrame } from './frame.js'

/** One line of output. */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr'
  /** When its first byte was read, nanoseconds since the epoch. */
  readonly time: bigint
  /** Without its line end. */
  readonly line: string
}

/**
 * Cuts records into lines, each stream for itself; a last line without an end is yielded too. `onDropped` is told
 * of records that a full disk lost.
 */
export async function* logLines(
  frames: AsyncIterable<LogFrame>,
  onDropped?: (count: number) => void,
): AsyncGenerator<LogLine> {
  const open = new Map<'stdout' | 'stderr', { time: bigint; parts: Uint8Array[] }>()
  for await (const { stream, time, data, dropped } of frames) {
    if (dropped !== undefined) onDropped?.(dropped)
    if (stream === 'system') continue
    let begin = 0
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, begin)) {
      const pending = open.get(stream)
      open.delete(stream)
      const parts = [...(pending?.parts ?? []), data.subarray(begin, end)]
      yield { stream, time: pending?.time ?? time, line: text(parts) }
      begin = end + 1
    }
    if (begin < data.length) {
      const pending = open.get(stream)
      const part = data.slice(begin)
      if (pending === undefined) open.set(stream, { time, parts: [part] })
      else pending.parts.push(part)
    }
  }
  for (const [stream, { time, parts }] of open) yield { stream, time, line: text(parts) }
}

/** The last `count` lines of a log that ends, in order. */
export async function* tailLines(lines: AsyncIterable<LogLine>, count: number): AsyncGenerator<LogLine> {
  const ring: LogLine[] = []
  for await (const line of lines) {
    ring.push(line)
    if (ring.length > count) ring.shift()
  }
  yield* ring
}

function text(parts: readonly Uint8Array[]): string {
  const line = Buffer.concat(parts).toString('utf8')
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
