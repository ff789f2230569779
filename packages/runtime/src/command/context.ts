import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { handOver } from '@cofferdam/sys'
import type { ReadStream } from 'node:tty'
import type { Runtime } from '../runtime.js'
import { type ParsedArguments, usage } from './arguments.js'
import type { LogOptions } from './log.js'

/** What every command gets. */
export interface CommandContext {
  readonly runtime: Runtime
  readonly log: LogOptions
  /** Standard output. */
  print(text: string): void
}

/** Writes a pid for the caller, so that it never reads a part of it. */
export function writePidFile(path: string | undefined, pid: number): void {
  if (path === undefined) return
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, String(pid), { mode: 0o644 })
  renameSync(temporary, path)
}

/**
 * Refuses a terminal that nobody would be left to hold, and a socket to hand over a terminal that is not handed over.
 * @throws CofferdamError `ERR_USAGE`
 */
export function checkConsole(socket: string | undefined, terminal: boolean, detached: boolean): void {
  if (terminal && detached && socket === undefined)
    throw usage('a terminal needs --console-socket here: this command ends before the program does')
  if (socket === undefined) return
  if (!terminal) throw usage('--console-socket needs a terminal, and the process has none')
  if (!detached) throw usage('--console-socket needs --detach: this command shows the terminal itself')
}

/** Gives the terminal's master to the caller's socket. */
export function handOverConsole(socket: string | undefined, fd: number | undefined): void {
  if (socket !== undefined && fd !== undefined) handOver(socket, fd, '/dev/ptmx')
}

/** A signal's number from `TERM`, `SIGTERM` or `15`. */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 64) return Number(text)
  const name = text.toUpperCase().replace(/^(SIG)?/, 'SIG')
  const number = (constants.signals as Record<string, number>)[name]
  if (number === undefined) throw usage(`unknown signal "${text}"`)
  return number
}

/** The exit code for how a process ended: its own, or 128 and the signal. */
export function exitCodeOf(status: {
  readonly exitCode: number | null
  readonly signal: string | null
}): number {
  if (status.exitCode !== null) return status.exitCode
  return 128 + ((constants.signals as Record<string, number>)[status.signal ?? ''] ?? 9)
}

/** A number of descriptors from 3 on that the program gets. */
export function extraFds(parsed: ParsedArguments): number[] {
  const count = Number(parsed.values.get('preserve-fds') ?? 0)
  if (!Number.isInteger(count) || count < 0 || count > 128)
    throw usage('--preserve-fds is not a number of descriptors')
  return Array.from({ length: count }, (_, index) => index + 3)
}

/** Passes this process's signals on to a container while it runs. */
export function forwardSignals(kill: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const) {
    process.on(signal, () => kill(signal))
  }
}

/** Connects this process's terminal to that of a container; the result undoes it. */
export function attachTerminal(
  tty: ReadStream | undefined,
  resize: (columns: number, rows: number) => void,
): () => void {
  if (tty === undefined) return () => {}
  const { stdin, stdout } = process
  stdin.setRawMode?.(true)
  stdin.pipe(tty as unknown as NodeJS.WritableStream)
  tty.pipe(stdout)
  const onResize = () => resize(stdout.columns, stdout.rows)
  if (stdout.isTTY) onResize()
  stdout.on('resize', onResize)
  return () => {
    stdout.off('resize', onResize)
    stdin.unpipe()
    stdin.setRawMode?.(false)
    stdin.destroy()
  }
}

/** A file of JSON. */
export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8')) as unknown
}
