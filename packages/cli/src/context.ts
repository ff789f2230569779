import type { Writable } from 'node:stream'
import type { Command } from 'commander'
import { abortable, drained } from '@cofferdam/core'
import { Engine, type EngineOptions } from '@cofferdam/engine'
import { describeError, errorJson, exitStatus } from './output/errors.js'

/** Options that every command has. */
export interface GlobalOptions {
  readonly root?: string
  readonly json?: boolean
}

/** Opens the engine the global options name, runs `body`, and closes it again. */
export async function withEngine<T>(
  command: Command,
  body: (engine: Engine, options: GlobalOptions) => Promise<T>,
  how: Pick<EngineOptions, 'reconcile'> = {},
): Promise<T> {
  const options = command.optsWithGlobals<GlobalOptions>()
  const engine = await Engine.open({ ...how, ...(options.root === undefined ? {} : { root: options.root }) })
  try {
    return await body(engine, options)
  } finally {
    await engine.close()
  }
}

/** A signal that aborts on the first SIGINT or SIGTERM, or when nobody reads the output any more, until disposed. */
export function interruptible(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const abort = (cause: NodeJS.Signals | Error) =>
    controller.abort(typeof cause === 'string' ? new Error(`interrupted by ${cause}`) : cause)
  const streams = [process.stdout, process.stderr]
  process.once('SIGINT', abort)
  process.once('SIGTERM', abort)
  for (const stream of streams) stream.once('error', abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
      for (const stream of streams) stream.off('error', abort)
    },
  }
}

/**
 * Runs `body` until it ends or is interrupted: that is how one stops following something, no failure.
 * @throws whatever `body` throws by itself
 */
export async function untilInterrupted(body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  using interrupt = interruptible()
  try {
    await body(interrupt.signal)
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
  }
}

/** Writes a line and waits until the reader has room for more. @throws the reason of `signal` */
export async function writeLine(
  text: string,
  signal: AbortSignal,
  stream: Writable = process.stdout,
): Promise<void> {
  if (!stream.write(`${text}\n`)) await abortable(drained(stream), signal)
}

/** Writes a line, or a value as JSON. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/**
 * Acts on everything that is named, at once, and prints in its order what `act` resolves to. What fails is told and is no
 * hindrance for the others; the command then ends with 1.
 */
export async function each(
  command: Command,
  keys: readonly string[],
  act: (key: string) => Promise<string>,
): Promise<void> {
  const tellings = keys.map((key) =>
    act(key).then(
      (text) => () => print(text),
      (error: unknown) => () => fail(command, error),
    ),
  )
  for (const telling of tellings) (await telling)()
}

/** Tells an error, as JSON where that is wanted; the command goes on and ends with 1. */
export function fail(command: Command, error: unknown): void {
  const { json } = command.optsWithGlobals<GlobalOptions>()
  process.stderr.write(`${json ? errorJson(error) : describeError(error)}\n`)
  process.exitCode = exitStatus.failure
}
