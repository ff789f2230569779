import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildImage, parseReference } from '@cofferdam/image'
import { RegistryClient } from '@cofferdam/registry'
import { startRegistry, writeBusybox, type TestRegistry } from '@cofferdam/testing'

/** The built program of an example. */
export const program = (name: string): string =>
  fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url))

/** An image in a registry on loopback and an engine's root, as an example finds them. */
export class World {
  readonly root = mkdtempSync(join(tmpdir(), 'cofferdam-examples-'))
  #registry: TestRegistry | undefined

  /** The image's name. */
  get image(): string {
    return `${this.#registry!.host}/busybox:1`
  }

  get env(): Record<string, string> {
    return { COFFERDAM_ROOT: join(this.root, 'engine') }
  }

  async open(): Promise<void> {
    this.#registry = await startRegistry()
    const tree = join(this.root, 'tree')
    await writeBusybox(tree)
    await using client = new RegistryClient()
    const reference = parseReference(this.image)
    await buildImage(client.repository(reference), {
      layers: [{ directory: tree }],
      config: { Env: ['PATH=/bin'], Cmd: ['sh'] },
      reference,
    })
  }

  async close(): Promise<void> {
    await this.#registry?.stop()
    await rm(this.root, { recursive: true, force: true })
  }
}
