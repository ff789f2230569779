import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildImage, parseReference } from '@cofferdam/image'
import { RegistryClient } from '@cofferdam/registry'
import type { ExecutionConfig } from '@cofferdam/oci-spec'
import {
  type RunResult,
  type TestRegistry,
  eventually,
  putFile,
  requires,
  runCommand,
  startRegistry,
  writeBusybox,
} from '@cofferdam/testing'

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** `describe` for tests of the command. */
export const { describe: commandTest } = requires({
  root: true,
  network: true,
  commands: ['docker-registry', 'nsenter'],
  files: ['/bin/busybox'],
})

/** The image that says everything about how it is run. */
const application: ExecutionConfig = {
  Env: ['PATH=/bin', 'FROM_IMAGE=yes', 'OTHER=image'],
  User: 'www',
  WorkingDir: '/srv',
  Entrypoint: ['/bin/say'],
  Cmd: ['by', 'default'],
  StopSignal: 'SIGUSR1',
}

/** Two images in a registry on loopback, a root for the command, and a network namespace that plays the host's. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'cofferdam-cli-'))
  #registry: TestRegistry | undefined
  #host: ChildProcess | undefined
  readonly #running = new Set<ChildProcess>()

  /** The command as an argument vector. */
  readonly command: readonly string[] = [process.execPath, main]

  /** A shell with its tools. */
  get busybox(): string {
    return `${this.#registry!.host}/busybox:1`
  }

  /** Says who and where it is with its arguments: `/bin/say`. */
  get application(): string {
    return `${this.#registry!.host}/app:1`
  }

  async open(): Promise<void> {
    this.#registry = await startRegistry()
    this.#host = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && exec sleep infinity'], {
      stdio: 'ignore',
    })
    await writeBusybox(join(this.folder, 'tree'))
    const say = '#!/bin/sh\necho "say: $*; $(id -un) in $(pwd); $FROM_IMAGE $OTHER"\n'
    await putFile(join(this.folder, 'say'), 'bin/say', say, 0o755)
    await putFile(join(this.folder, 'say'), 'srv/file', 'content\n')
    await this.#push(this.busybox, ['tree'], { Env: ['PATH=/bin'], Cmd: ['sh'] })
    await this.#push(this.application, ['tree', 'say'], application)
  }

  async #push(name: string, folders: readonly string[], config: ExecutionConfig): Promise<void> {
    await using client = new RegistryClient()
    const reference = parseReference(name)
    const layers = folders.map((folder) => ({ directory: join(this.folder, folder) }))
    await buildImage(client.repository(reference), { layers, config, reference })
  }

  /** The command as a user calls it. */
  run(args: readonly string[], options: { readonly input?: string } = {}): Promise<RunResult> {
    return runCommand([...this.command, ...args], { env: this.env, ...options })
  }

  /** The command, or another program, where the host's network is the lab's. */
  inHost(args: readonly string[], program = this.command): Promise<RunResult> {
    return runCommand([...this.#enter(), ...program, ...args], { env: this.env })
  }

  /** The command left running, in the lab's network. */
  start(args: readonly string[]): ChildProcess {
    const [file, ...rest] = [...this.#enter(), ...this.command, ...args]
    const child = spawn(file!, rest, {
      env: { ...process.env, ...this.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    return child
  }

  /** {@link start} with a name, once the container runs; keeps what it writes. */
  async startNamed(
    name: string,
    args: readonly string[],
  ): Promise<{ child: ChildProcess; output: () => string }> {
    const child = this.start(['run', '--name', name, ...args])
    let text = ''
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stderr!.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${text}`)
      const list = JSON.parse((await this.run(['--json', 'ps'])).ok().stdout) as { name: string }[]
      return list.some((container) => container.name === name)
    }, 10_000)
    return { child, output: () => text }
  }

  get env(): Record<string, string> {
    return { COFFERDAM_ROOT: join(this.folder, 'root'), NO_COLOR: '1' }
  }

  #enter(): string[] {
    return ['nsenter', `--net=/proc/${this.#host!.pid}/ns/net`, '--']
  }

  /** Ends what {@link start} left running, and removes the containers. */
  async end(): Promise<void> {
    for (const child of this.#running) await end(child)
    this.#running.clear()
    await this.run(['prune'])
  }

  async close(): Promise<void> {
    await this.end()
    if (this.#host !== undefined) await end(this.#host)
    await this.#registry?.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** A lab with an image, for the tests of a file. */
export function busyboxLab(): Lab {
  const lab = new Lab()
  beforeAll(async () => {
    await lab.open()
    await lab.run(['pull', lab.busybox])
  })
  afterAll(() => lab.close())
  return lab
}
