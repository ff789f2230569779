import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'

/** The answer of a measured program: its own time in milliseconds, and the wait status (0: success). */
export interface Answer {
  ms: number
  status: number
}

/**
 * A program that answers one line per request with "<nanoseconds> <wait status>" (native/serve.h). It times
 * itself, so nothing of Node is in its figures.
 */
export class Server {
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = []
  readonly #name: string
  #error = ''
  #dead: Error | undefined

  constructor(argv: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const [command = '', ...args] = argv
    this.#name = argv.join(' ')
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env })
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#error = (this.#error + chunk).slice(-4096)))
    this.#child.stdin?.on('error', () => {})
    this.#child.on('error', (error) => this.#fail(error))
    this.#child.on('close', (code, signal) =>
      this.#fail(new Error(`${this.#name}: ended by ${signal ?? code}: ${this.#error}`)),
    )
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })
    this.#lines.on('line', (line) => {
      const [ns = NaN, status = NaN] = line.split(' ').map(Number)
      this.#waiting.shift()?.resolve({ ms: ns / 1e6, status })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Sends one request. Rejects when the program ends, with what it wrote to stderr. */
  request(line: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) return reject(this.#dead)
      this.#waiting.push({ resolve, reject })
      this.#child.stdin?.write(`${line}\n`)
    })
  }

  /** As {@link request}, resolving to the milliseconds; rejects where what was run did not succeed. */
  async time(line: string): Promise<number> {
    const { ms, status } = await this.request(line)
    if (status !== 0)
      throw new Error(`${line.replaceAll('\t', ' ')}: wait status 0x${status.toString(16)}: ${this.#error}`)
    return ms
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await exit
    this.#lines.close()
  }

  #fail(error: Error): void {
    this.#dead ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
