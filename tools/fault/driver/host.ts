import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { sourceFlags } from '@cofferdam/testing'
import type { HostJob, HostResult } from '../host/protocol.ts'
import { root } from '../points/compile.ts'

/** Flags for a Node that runs a file of this repository. */
const flags = sourceFlags.filter((flag) => !flag.startsWith('--input-type'))

/** What is made once for all hosts. */
export interface HostTools {
  /** Directory of `compileWithProbes`. */
  readonly compiled: string
  /** Program of native/trace.c. */
  readonly tracer: string
}

/** A process tree in mount, network and pid namespaces of its own, where faults happen one after the other. */
export class Host implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  /** The kernel ends all of its pid namespace with its first process. */
  readonly #kill = () => void this.#child.kill('SIGKILL')

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]()
  }

  /** Starts a host with files in `temporary`. */
  static async start({ compiled, tracer }: HostTools, temporary: string): Promise<Host> {
    // A shell is pid 1: it reaps whatever the dead leave to it.
    const init = ['sh', '-c', '"$@"; exit $?', 'sh']
    const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc']
    const child = spawn(
      'unshare',
      [
        ...namespaces,
        '--propagation',
        'private',
        '--',
        ...init,
        process.execPath,
        ...flags,
        'tools/fault/host/main.ts',
      ],
      {
        cwd: root,
        env: {
          ...process.env,
          COFFERDAM_FAULT_COMPILED: compiled,
          COFFERDAM_FAULT_TRACER: tracer,
          TMPDIR: temporary,
        },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    const host = new Host(child)
    process.prependOnceListener('exit', host.#kill)
    await host.#answer()
    return host
  }

  /** Lets one fault happen. */
  async inject(job: HostJob): Promise<HostResult> {
    ;(this.#child.stdin as Writable).write(`${JSON.stringify(job)}\n`)
    return (await this.#answer()) as HostResult
  }

  async #answer(): Promise<unknown> {
    for (;;) {
      const { done, value } = await this.#lines.next()
      if (done === true) throw new Error('the host has ended')
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }

  /** Ends it with everything in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#kill()
    await ended
  }
}
