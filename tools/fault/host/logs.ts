import { readFileSync } from 'node:fs'
import { logLines, readLog } from '@cofferdam/logs'
import type { Row } from './state.ts'

/**
 * Whether the writer of a container's log was killed: its monitor, which is killed before the verb `open` too, or the
 * process that started it.
 */
export function isWriterKilled(row: Row, verb: string, killed: string | undefined): boolean {
  if (verb === 'open') return true
  const { detached = false } = JSON.parse(row.config) as { detached?: boolean }
  return killed === (detached ? 'monitor' : 'node')
}

/**
 * What is wrong with the log of the counting container: a frame that is none, a line missing among those that are
 * there, or, where its writer was not killed, a line missing that it had said.
 */
export async function brokenLog(
  root: string,
  row: Row,
  volume: string,
  writerKilled: boolean,
): Promise<string[]> {
  const lines: string[] = []
  try {
    const log = readLog(`${root}/store/containers/${row.id}/log`)
    for await (const { line, stream } of logLines(log)) if (stream === 'stdout') lines.push(line)
  } catch (error) {
    return [`log: ${String(error)}`]
  }
  const numbered = lines.filter((line) => line !== 'bye' && line.startsWith('line '))
  const gap = numbered.findIndex((line, at) => line !== `line ${at + 1}`)
  if (gap !== -1) return [`log: line ${gap + 1} is ${JSON.stringify(numbered[gap])}`]
  const said = Number(readCount(volume).at(-2) ?? 0)
  if (!writerKilled && numbered.length < said) return [`log: ends at ${numbered.length} of ${said} lines`]
  return []
}

function readCount(volume: string): string[] {
  try {
    return readFileSync(`${volume}/count`, 'utf8').split('\n')
  } catch {
    return []
  }
}
