import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { buildImage, parseReference } from '@cofferdam/image'
import { RegistryClient } from '@cofferdam/registry'
import { requires, startRegistry, tempDir, type TestRegistry } from '@cofferdam/testing'
import { Engine } from '../../src/index.js'
import { makeRootfs } from '../support/image.js'
import { layerOf } from '../support/registry.js'

const { describe } = requires({ root: true, commands: ['docker-registry', 'htpasswd'] })

/** What a refused pull left in the store: names, layers, layers under way. */
function held(root: string): string[] {
  const layers = readdirSync(`${root}/store/images/layers`).filter((name) => /^[0-9a-f]{64}$/.test(name))
  return [...layers, ...readdirSync(`${root}/store/images/layers/tmp`)]
}

function damageByte(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
}

describe('a pull that is refused', () => {
  const push = async (registry: TestRegistry, rootfs: string) => {
    const reference = `${registry.host}/app:1`
    await using client = new RegistryClient()
    const named = parseReference(reference)
    await buildImage(client.repository(named), { layers: [{ directory: rootfs }], reference: named })
    return reference
  }

  it.each<[string, string, (blob: string) => void]>([
    ['damaged', 'ERR_LAYER_CORRUPT', damageByte],
    ['cut short', 'ERR_SIZE_MISMATCH', (blob) => truncateSync(blob, 1000)],
  ])('because of a blob that is %s', async (_name, code, damage) => {
    await using dir = await tempDir('pulls')
    await using registry = await startRegistry()
    const reference = await push(registry, makeRootfs(dir.join('rootfs')))
    const digest = await layerOf(reference)
    damage(
      `${registry.storage}/docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`,
    )
    await using engine = await Engine.open({ root: dir.join('root') })
    await expect(engine.pull(reference)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(digest.slice(0, 19)),
      hint: expect.any(String),
    })
    expect(await engine.images()).toEqual([])
    expect(held(dir.join('root'))).toEqual([])
  })

  it('because of credentials that are wrong or missing', async () => {
    await using dir = await tempDir('pulls')
    await using registry = await startRegistry({ auth: 'basic' })
    await using engine = await Engine.open({ root: dir.join('root') })
    await expect(engine.pull(`${registry.host}/app:1`)).rejects.toMatchObject({
      code: 'ERR_REGISTRY_UNAUTHORIZED',
      message: expect.stringContaining(registry.host),
      hint: expect.any(String),
    })
    expect(held(dir.join('root'))).toEqual([])
  })
})
