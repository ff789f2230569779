import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { errorMessage, type CofferdamError } from '@cofferdam/core'
import { layerCrash, layerFailure } from './error.js'
import { confinedStarter } from './confined.js'
import { ImpliedBound } from './implied.js'
import { plainStarter, type LayerProgram, type LayerStarter } from './program.js'
import {
  ReplyParser,
  encodeEnd,
  encodeLength,
  encodeOptions,
  type LayerLimits,
  type LayerTotals,
} from './protocol.js'

/** Options of {@link LayerUnpack}. */
export interface UnpackOptions {
  readonly limits?: LayerLimits
  /** What the layer is called in errors. */
  readonly name?: string
  readonly starter?: LayerStarter
}

/** A layer that was unpacked. */
export interface UnpackedLayer extends LayerTotals {
  /**
   * Directories that had to be made for entries below them, and the empty path where the root has no entry: their
   * attributes are those of lower layers.
   */
  readonly implied: readonly Buffer[]
}

/**
 * One layer being unpacked by the `layer` program while its blob file grows. Whiteouts become character devices 0:0,
 * opaque directories get `user.overlay.opaque`: what overlayfs with `userxattr` reads.
 */
export class LayerUnpack {
  /**
   * The totals, when all is unpacked.
   * @throws CofferdamError `ERR_LAYER_CORRUPT`, `ERR_LAYER_TRUNCATED`, `ERR_LAYER_INVALID`, `ERR_LAYER_ENTRY`,
   * `ERR_LAYER_TOO_LARGE`, `ERR_LAYER_WRITE`, `ERR_LAYER_ABORTED`, `ERR_LAYER_PROGRAM`
   */
  readonly finished: Promise<UnpackedLayer>
  readonly #program: LayerProgram
  #done = false

  private constructor(program: LayerProgram, name: string) {
    this.#program = program
    this.finished = this.#receive(name).finally(() => (this.#done = true))
    this.finished.catch(() => {})
    program.input.on('error', () => {}) // EPIPE after its end: the reply says why
  }

  /**
   * Starts the program. The descriptors stay the caller's and may be closed when this resolves.
   * @throws CofferdamError those of `launch`
   */
  static async start(blob: number, directory: number, options: UnpackOptions = {}): Promise<LayerUnpack> {
    const starter = options.starter ?? (process.geteuid?.() === 0 ? confinedStarter() : plainStarter)
    const program = await starter.start({ blob, directory })
    program.input.write(encodeOptions(options.limits ?? {}, starter.directoryIsFd))
    return new LayerUnpack(program, options.name ?? 'blob')
  }

  /** The blob file has `length` bytes now. */
  announce(length: number): void {
    if (!this.#done) this.#program.input.write(encodeLength(length))
  }

  /** The blob file is complete: the totals, or the error. */
  end(length: number): Promise<UnpackedLayer> {
    if (!this.#done) this.#program.input.write(encodeEnd(length))
    return this.finished
  }

  /** Kills the program and waits for its end. Idempotent. */
  async abort(): Promise<void> {
    if (!this.#done) this.#program.kill()
    await this.#program.ended
    this.#program.input.destroy()
    this.#program.output.destroy()
  }

  async #receive(name: string): Promise<UnpackedLayer> {
    const { input, output, ended } = this.#program
    const parser = new ReplyParser()
    const implied: Buffer[] = []
    const bound = new ImpliedBound()
    let totals: LayerTotals | undefined
    let failure: CofferdamError | undefined
    await new Promise<void>((resolve) => {
      output.on('data', (chunk: Buffer) => {
        try {
          for (const reply of parser.push(chunk)) {
            if (reply.type === 'implied') {
              bound.add(reply.path)
              implied.push(reply.path)
            } else if (reply.type === 'result') totals = reply.totals
            else failure ??= layerFailure(name, reply)
          }
        } catch (error) {
          failure ??= layerCrash(name, errorMessage(error))
          this.#program.kill()
        }
      })
      output.once('close', resolve)
      output.once('end', resolve)
      output.once('error', () => resolve())
    })
    const how = await ended
    input.destroy()
    output.destroy()
    if (failure !== undefined) throw failure
    if (totals === undefined) throw layerCrash(name, how)
    return { ...totals, implied: totals.rootEntry ? implied : [Buffer.alloc(0), ...implied] }
  }
}

/**
 * Unpacks the layer in a file into a directory, like `tar -xf BLOB -C DIRECTORY` with whiteouts.
 * @throws CofferdamError as {@link LayerUnpack.finished}
 */
export async function unpackLayer(
  blob: string,
  directory: string,
  options: UnpackOptions & { signal?: AbortSignal } = {},
): Promise<UnpackedLayer> {
  options.signal?.throwIfAborted()
  await using file = await open(blob, constants.O_RDONLY)
  await using into = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  const { size } = await file.stat()
  const unpack = await LayerUnpack.start(file.fd, into.fd, { name: blob, ...options })
  const abort = () => void unpack.abort()
  options.signal?.addEventListener('abort', abort, { once: true })
  try {
    return await unpack.end(size)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw error
  } finally {
    options.signal?.removeEventListener('abort', abort)
  }
}
