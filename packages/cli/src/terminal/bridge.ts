import { constants } from 'node:os'
import { finished } from 'node:stream/promises'
import type { ContainerProcess, ExitStatus } from '@cofferdam/engine'
import { rawMode } from './raw.js'
import { forwardSignals } from './signals.js'

/**
 * Joins a container's streams to this process's until it exits: output, input where `interactive`, signals, and with
 * a terminal its size and raw mode. When nobody reads the output any more, the container is killed and reported as ended
 * by SIGPIPE, as a program of a pipeline would be.
 */
export async function bridge(
  target: ContainerProcess,
  options: { readonly interactive: boolean },
): Promise<ExitStatus> {
  const { stdin, stdout, stderr } = process
  const tty = target.tty
  using raw = tty !== undefined && options.interactive ? rawMode(stdin) : undefined
  using signals =
    tty !== undefined && raw !== undefined && stdin.isTTY
      ? undefined
      : forwardSignals((signal) => target.kill(signal))
  void signals
  const resize = () => tty?.resize(stdout.columns ?? 80, stdout.rows ?? 24)
  const output = tty?.output ?? target.stdout
  output?.pipe(stdout, { end: false })
  target.stderr?.pipe(stderr, { end: false })
  const input = tty?.input ?? target.stdin
  if (options.interactive && input !== undefined) {
    input.on('error', () => stdin.unpipe(input))
    stdin.pipe(input)
  }
  let broken = false
  const onError = () => {
    broken = true
    void Promise.resolve(target.kill('SIGKILL')).catch(() => undefined)
    output?.unpipe(stdout).resume()
  }
  stdout.on('error', onError)
  if (tty !== undefined && stdout.isTTY) {
    resize()
    stdout.on('resize', resize)
  }
  try {
    const exit = await target.exited
    await Promise.all(
      [output, target.stderr].map((stream) => stream && finished(stream).catch(() => undefined)),
    )
    return broken ? { ...exit, exitCode: null, signal: 'SIGPIPE' } : exit
  } finally {
    stdout.off('error', onError)
    stdout.off('resize', resize)
    stdin.unpipe()
    stdin.pause()
  }
}

/** A shell's exit status of a process: its code, or 128 and the number of the signal. */
export function shellStatus(exit: ExitStatus): number {
  if (exit.exitCode !== null) return exit.exitCode
  const number = exit.signal === null ? undefined : constants.signals[exit.signal as NodeJS.Signals]
  return number === undefined ? 125 : 128 + number
}
