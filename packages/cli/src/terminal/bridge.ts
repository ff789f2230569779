import { constants } from 'node:os'
import { finished } from 'node:stream/promises'
import type { ContainerProcess, ExitStatus } from '@cofferdam/engine'
import { detachKeys } from './detach-keys.js'
import { rawMode } from './raw.js'
import { forwardSignals } from './signals.js'

/**
 * Joins a container's streams to this process's until it exits: output, input where `interactive`, signals, and with
 * a terminal its size and raw mode. When nobody reads the output any more, the container is killed and reported as ended
 * by SIGPIPE, as a program of a pipeline would be. Where it can be left alone (`detach`) it is, and by ctrl-p ctrl-q of a
 * terminal too: then the status is 0.
 */
export async function bridge(
  target: ContainerProcess,
  options: { readonly interactive: boolean; readonly detach?: () => Promise<void> },
): Promise<ExitStatus> {
  const { stdin, stdout, stderr } = process
  const tty = target.tty
  using raw = tty !== undefined && options.interactive ? rawMode(stdin) : undefined
  using signals =
    tty !== undefined && raw !== undefined && stdin.isTTY
      ? undefined
      : forwardSignals((signal) => target.kill(signal))
  void signals
  let leave: () => void = () => undefined
  const left = new Promise<'left'>((resolve) => (leave = () => resolve('left')))
  const resize = () => tty?.resize(stdout.columns ?? 80, stdout.rows ?? 24)
  const output = tty?.output ?? target.stdout
  output?.pipe(stdout, { end: false })
  target.stderr?.pipe(stderr, { end: false })
  const input = tty?.input ?? target.stdin
  if (options.interactive && input !== undefined) {
    input.on('error', () => stdin.unpipe(input))
    const keys = tty !== undefined && options.detach !== undefined ? detachKeys(leave) : undefined
    keys?.pipe(input)
    stdin.pipe(keys ?? input)
  }
  let broken = false
  const onError = () => {
    if (options.detach !== undefined) return leave()
    broken = true
    void Promise.resolve(target.kill('SIGKILL')).catch(() => undefined)
    output?.unpipe(stdout).resume()
    target.stderr?.unpipe(stderr).resume()
  }
  for (const stream of [stdout, stderr]) stream.on('error', onError)
  if (tty !== undefined && stdout.isTTY) {
    resize()
    stdout.on('resize', resize)
  }
  try {
    const exit = await Promise.race([target.exited, left])
    if (exit === 'left') {
      await options.detach?.()
      return { exitCode: 0, signal: null, oomKilled: undefined }
    }
    await Promise.all(
      [output, target.stderr].map((stream) => stream && finished(stream).catch(() => undefined)),
    )
    return broken ? { ...exit, exitCode: null, signal: 'SIGPIPE' } : exit
  } finally {
    for (const stream of [stdout, stderr]) stream.off('error', onError)
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
