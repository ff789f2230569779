import { readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '@cofferdam/core'

/** Path of the file with this number in a log's directory. */
export function logFile(dir: string, number: number): string {
  return join(dir, `${String(number).padStart(8, '0')}.log`)
}

const numberOf = (name: string) => (/^\d{8}\.log$/.test(name) ? [Number(name.slice(0, 8))] : [])

/** Numbers of the files of a log, oldest first; none when there is no directory. */
export async function logFiles(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  })
  return names.flatMap(numberOf).sort((a, b) => a - b)
}

/** Number of the file that the next writer of a log begins; 1 for a log without files. */
export function nextLogFile(dir: string): number {
  return Math.max(0, ...readdirSync(dir).flatMap(numberOf)) + 1
}
