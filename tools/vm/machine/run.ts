import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { readProcessStat } from '@cofferdam/sys'
import { jobScript, type Job } from './job.ts'
import { portNames, qemuArguments, type MachineImages, type MachineSize } from './qemu.ts'

/** Where a job's output goes, and how long its machine may live. */
export interface RunOptions {
  /** Directory for sockets and the console's text. */
  readonly work: string
  readonly stdout: Writable
  readonly stderr: Writable
  /** Takes what the job wrote to `/tmp/result`. */
  readonly result?: Writable
  readonly limitMs: number
  readonly size?: MachineSize
  /** Turns the machine off at once. */
  readonly signal?: AbortSignal
  /** Called with the machine's uptime in seconds when it is about to run the job. */
  readonly onReady?: (uptime: number) => void
  /** Called when the job has ended, with the seconds of processor time that the machine took of the host. */
  readonly onExit?: (seconds: number) => void
}

/** Seconds that a process spent on processors, of 100 ticks each (proc(5)). */
const processorSeconds = (pid: number): number => (readProcessStat(pid)?.ticks ?? 0) / 100

async function listen(path: string, onSocket: (socket: Readable & Writable) => void): Promise<Server> {
  const server = createServer((socket) => {
    server.close()
    socket.on('error', () => {})
    onSocket(socket)
  })
  server.listen(path)
  await once(server, 'listening')
  return server
}

/**
 * Starts a machine, runs one job in it and waits until the machine is off. Resolves with the job's exit code; throws
 * with the end of the console's text where the machine ended without one.
 */
export async function runMachine(images: MachineImages, job: Job, options: RunOptions): Promise<number> {
  const { work } = options
  let exitCode: number | undefined
  let text = ''
  const ended: Promise<unknown>[] = []
  const onControl = (socket: Readable & Writable): void => {
    socket.write(`${Buffer.from(jobScript(job)).toString('base64')}\n`)
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const [word, value] = text.slice(0, end).split(' ')
        text = text.slice(end + 1)
        if (word === 'ready') options.onReady?.(Number(value))
        if (word === 'exit') {
          exitCode = Number(value)
          options.onExit?.(processorSeconds(qemu.pid!))
        }
      }
    })
  }
  const onOutput = (target: Writable | undefined) => (socket: Readable) => {
    ended.push(once(socket, 'close'))
    if (target === undefined) socket.resume()
    else socket.pipe(target, { end: false })
  }
  const { stdout, stderr, result } = options
  const handlers = {
    control: onControl,
    stdout: onOutput(stdout),
    stderr: onOutput(stderr),
    result: onOutput(result),
  }
  const servers = await Promise.all(portNames.map((name) => listen(join(work, name), handlers[name])))
  const qemu = spawn('qemu-system-x86_64', qemuArguments(images, work, options.size), {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TMPDIR: work },
  })
  let killed: string | undefined
  const kill = (reason: string) => (): void => {
    killed = reason
    qemu.kill('SIGKILL')
  }
  const limit = setTimeout(kill(`after ${options.limitMs / 1000} s`), options.limitMs)
  const onAbort = kill('by a signal')
  options.signal?.addEventListener('abort', onAbort)
  try {
    await once(qemu, 'close')
    await Promise.all(ended)
  } finally {
    clearTimeout(limit)
    options.signal?.removeEventListener('abort', onAbort)
    for (const server of servers) server.close()
  }
  if (killed !== undefined) throw new Error(`the machine was killed ${killed}`)
  if (exitCode !== undefined) return exitCode
  const console = readFileSync(join(work, 'console'), 'utf8').trim().split('\n').slice(-40).join('\n')
  throw new Error(`the machine ended without an exit code; its console:\n${console}`)
}
