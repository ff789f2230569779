import { constants } from 'node:os'
import { finished } from 'node:stream/promises'
import type { ContainerProcess, ExitStatus } from '@cofferdam/engine'
import { rawMode } from './raw.js'
import { forwardSignals } from './signals.js'

/**
 * Joins a container's streams to this process's until it exits: output, input where `interactive`, signals, and with
 * a terminal its size and raw mode.
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
  if (tty !== undefined && stdout.isTTY) {
    resize()
    stdout.on('resize', resize)
  }
  try {
    const exit = await target.exited
    await Promise.all(
      [output, target.stderr].map((stream) => stream && finished(stream).catch(() => undefined)),
    )
    return exit
  } finally {
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
