import type { Command } from 'commander'
import { Engine, type EngineOptions } from '@cofferdam/engine'

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

/** A signal that aborts on the first SIGINT or SIGTERM, until disposed. */
export function interruptible(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const abort = (name: NodeJS.Signals) => controller.abort(new Error(`interrupted by ${name}`))
  process.once('SIGINT', abort)
  process.once('SIGTERM', abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
    },
  }
}

/** Writes a line, or a value as JSON. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
