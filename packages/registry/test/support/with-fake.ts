import { randomBytes } from 'node:crypto'
import { MemoryStore, mediaTypes, parseReference, type Descriptor, type Reference } from '@cofferdam/image'
import { RegistryClient, type RegistryClientOptions } from '../../src/index.js'
import { FakeRegistry, type Misbehaviour } from './fake-registry.js'

/** Matches errors of ours by code. */
export const code = (name: string) => expect.objectContaining({ code: name })
/** No configuration of the machine, and short waits. */
export const options: RegistryClientOptions = {
  registriesConf: false,
  hostsDirectories: [],
  certsDirectories: [],
  credentials: {},
  retry: { baseDelay: 1, attempts: 3, maxRetryAfter: 50 },
}

/** All of a stream. */
export async function read(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

/** An image with one layer. */
export interface OneLayer {
  store: MemoryStore
  content: Buffer
  blob: Descriptor
  manifest: Descriptor
}

/** Makes an image with one layer of random bytes. */
export function image(size = 300_000): OneLayer {
  const store = new MemoryStore()
  const content = randomBytes(size)
  const blob = store.add(content, mediaTypes.layer)
  const config = store.add({}, mediaTypes.config)
  const manifest = store.add(
    { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [blob] },
    mediaTypes.manifest,
  )
  store.names.set('example/app:v1', manifest)
  return { store, content, blob, manifest }
}

/** Runs a test with a registry that misbehaves and a client of it. */
export async function withFake(
  misbehave: Misbehaviour | undefined,
  body: (fake: FakeRegistry, client: RegistryClient, set: OneLayer, reference: Reference) => Promise<void>,
  more: (fake: FakeRegistry) => RegistryClientOptions = () => ({}),
): Promise<void> {
  const set = image()
  await using fake = await FakeRegistry.start(set.store, misbehave)
  await using client = new RegistryClient({ ...options, ...more(fake) })
  await body(fake, client, set, parseReference(`${fake.host}/team/app:v1`))
}
