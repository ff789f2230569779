import type { LogLine } from './lines.js'

/** A line as Docker's json-file driver writes it: `{"log":"…\n","stream":"stdout","time":"…"}`. */
export function renderJsonFile(entry: LogLine): string {
  const ns = String(entry.time % 1_000_000_000n).padStart(9, '0')
  const seconds = new Date(Number(entry.time / 1_000_000n)).toISOString().slice(0, 19)
  return JSON.stringify({ log: `${entry.line}\n`, stream: entry.stream, time: `${seconds}.${ns}Z` })
}
