import { mkdirSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { type LaunchPlan } from '@cofferdam/process'
import { logLines, readLog } from '@cofferdam/logs'
import { processStart } from '@cofferdam/sys'
import { eventually } from '@cofferdam/testing'
import type { Monitor } from '../../src/index.js'

/** The plan of a shell in a pid namespace, or in none. */
export const shell =
  (script: string, namespaces: readonly 'pid'[] = ['pid']) =>
  (fds: readonly number[]): LaunchPlan => ({
    clone: { namespaces },
    ops: [{ op: 'setsid' }, fds.length === 0 ? { op: 'pty', host: true } : { op: 'stdio', fds }],
    exec: { args: ['/bin/sh', '-c', script], env: ['PATH=/bin:/usr/bin'] },
  })

/** The lines of a log that has come to its end. */
export async function lines(directory: string): Promise<string[]> {
  mkdirSync(directory, { recursive: true })
  const all: string[] = []
  for await (const { stream, line } of logLines(readLog(directory))) all.push(`${stream}: ${line}`)
  return all
}

/** Waits until the monitor's process is gone, so that the machine is as before. */
export async function gone(monitor: Monitor): Promise<void> {
  await eventually(() => processStart(monitor.monitorPid) === undefined, 20_000)
}

/** Kills what a test has left, whatever became of it. */
export async function end(monitor: Monitor): Promise<void> {
  await monitor.kill('SIGKILL')
  await gone(monitor)
  await monitor.close()
}

export async function textOf(stream: Readable | undefined): Promise<string> {
  let text = ''
  for await (const chunk of stream!) text += String(chunk)
  return text
}

/** Resolves when the text so far matches. */
export function until(stream: Readable, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const onData = (chunk: unknown) => {
      text += String(chunk)
      if (!pattern.test(text)) return
      stream.off('data', onData)
      resolve(text)
    }
    stream.on('data', onData)
    stream.once('end', () => reject(new Error(`ended after ${JSON.stringify(text)}`)))
  })
}
