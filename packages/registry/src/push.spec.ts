import { randomBytes } from 'node:crypto'
import { MemoryStore, mediaTypes, parseReference, type Descriptor } from '@cofferdam/image'
import { FakeRegistry, first, type Misbehaviour } from '../test/support/fake-registry.js'
import { RegistryClient, type RegistryClientOptions } from './index.js'
import { acknowledged } from './repository/upload.js'

const code = (name: string) => expect.objectContaining({ code: name })
const options: RegistryClientOptions = {
  registriesConf: false,
  hostsDirectories: [],
  certsDirectories: [],
  credentials: {},
  chunkSize: 100_000,
  retry: { baseDelay: 1, attempts: 3 },
}

async function push(
  fake: FakeRegistry,
  size: number,
  more: RegistryClientOptions = {},
): Promise<{ content: Buffer; blob: Descriptor }> {
  const content = randomBytes(size)
  const blob = new MemoryStore().add(content, mediaTypes.layer)
  await using client = new RegistryClient({ ...options, ...more })
  await using writer = await client.repository(`${fake.host}/app`).openBlob(blob)
  for (let at = 0; at < size; at += 30_000) await writer.write(content.subarray(at, at + 30_000))
  await writer.commit()
  return { content, blob }
}

const stored = (store: MemoryStore, { content, blob }: { content: Buffer; blob: Descriptor }) =>
  Buffer.from(store.blobs.get(blob.digest) ?? []).equals(content)

async function expectPush(
  size: number,
  misbehave: Misbehaviour | undefined,
  check: (fake: FakeRegistry) => void,
): Promise<void> {
  const store = new MemoryStore()
  await using fake = await FakeRegistry.start(store, misbehave)
  expect(stored(store, await push(fake, size))).toBe(true)
  expect(fake.uploads.size).toBe(0)
  check(fake)
}

const methods = (fake: FakeRegistry) => fake.seen.map((request) => request.method)

describe('a push', () => {
  it('of little is POST and PUT', async () => {
    await expectPush(99_000, undefined, (fake) => expect(methods(fake)).toEqual(['POST', 'PUT']))
  })
  it('of nothing too', async () => {
    await expectPush(0, undefined, (fake) => expect(methods(fake)).toEqual(['POST', 'PUT']))
  })
  it('of much is in chunks, the last with the PUT', async () => {
    await expectPush(300_000, undefined, (fake) => {
      expect(methods(fake)).toEqual(['POST', 'PATCH', 'PATCH', 'PUT'])
      expect(fake.seen.map((request) => request.body.length)).toEqual([0, 120_000, 120_000, 60_000])
    })
  })
  it('keeps to the chunk length the registry wants', async () => {
    const wants: Misbehaviour = (request, response) => {
      if (request.method === 'POST') response.setHeader('oci-chunk-min-length', '200000')
    }
    await expectPush(500_000, wants, (fake) =>
      expect(fake.seen.map((request) => request.body.length)).toEqual([0, 210_000, 210_000, 80_000]),
    )
  })
  it('asks how far it is when a chunk is lost, and sends that again', async () => {
    const lose = first(1, /PATCH/, (_request, response) => void response.socket?.destroy())
    await expectPush(300_000, lose, (fake) =>
      expect(methods(fake)).toEqual(['POST', 'PATCH', 'GET', 'PATCH', 'PATCH', 'PUT']),
    )
  })
  it('does not send again what arrived although the answer was lost', async () => {
    let lost = false
    const store = new MemoryStore()
    await using fake = await FakeRegistry.start(store, (request, response) => {
      if (request.method !== 'PATCH' || lost) return false
      lost = true
      const [[name, before]] = [...fake.uploads] as [[string, Buffer]]
      fake.uploads.set(name, Buffer.concat([before, request.body.subarray(0, 100_000)]))
      response.socket?.destroy()
      return true
    })
    expect(stored(store, await push(fake, 300_000))).toBe(true)
    expect(methods(fake)).toEqual(['POST', 'PATCH', 'GET', 'PATCH', 'PATCH', 'PUT'])
    const sent = fake.seen.reduce((sum, request) => sum + request.body.length, 0)
    expect(sent).toBe(320_000)
  })
  it('repeats the PUT', async () => {
    const lose = first(1, /PUT/, (_request, response) => void response.writeHead(500).end())
    await expectPush(10, lose, (fake) => expect(methods(fake)).toEqual(['POST', 'PUT', 'GET', 'PUT']))
  })
  it('finds the blob there when only the answer to the PUT was lost', async () => {
    const store = new MemoryStore()
    await using fake = await FakeRegistry.start(store, (request, response) => {
      if (request.method !== 'PUT') return false
      const digest = new URL(request.url, 'http://x').searchParams.get('digest')
      store.blobs.set(digest as never, request.body)
      fake.uploads.clear()
      response.socket?.destroy()
      return true
    })
    expect(stored(store, await push(fake, 10))).toBe(true)
    expect(methods(fake)).toEqual(['POST', 'PUT', 'GET', 'HEAD'])
  })
  it('gives up when the upload is gone, or says something impossible', async () => {
    const gone: Misbehaviour = (request, response) => {
      if (request.method === 'POST' || request.method === 'DELETE') return false
      response.writeHead(request.method === 'PATCH' ? 500 : 404).end()
      return true
    }
    await using fake = await FakeRegistry.start(new MemoryStore(), gone)
    await expect(push(fake, 300_000)).rejects.toThrow(code('ERR_REGISTRY_UNAVAILABLE'))
    fake.misbehave = (request, response) => {
      if (request.method !== 'PATCH') return false
      response.writeHead(202, { location: '/v2/app/blobs/uploads/u0', range: '0-999999' }).end()
      return true
    }
    await expect(push(fake, 300_000)).rejects.toThrow(code('ERR_REGISTRY_PROTOCOL'))
  })
  it('ends at a registry that takes nothing of what is sent', async () => {
    await using fake = await FakeRegistry.start(new MemoryStore(), (request, response) => {
      if (request.method !== 'PATCH') return false
      response.writeHead(202, { location: '/v2/app/blobs/uploads/u0', range: '0-0' }).end()
      return true
    })
    await expect(push(fake, 900_000)).rejects.toThrow(code('ERR_REGISTRY_PROTOCOL'))
    expect(methods(fake)).toEqual(['POST', 'PATCH', 'DELETE'])
  })
  it('never holds more than a chunk for a registry that takes less', async () => {
    const store = new MemoryStore()
    await using fake = await FakeRegistry.start(store, (request, response) => {
      if (request.method !== 'PATCH') return false
      const [[name, before]] = [...fake.uploads] as [[string, Buffer]]
      const now = Buffer.concat([before, request.body.subarray(0, 10_000)])
      fake.uploads.set(name, now)
      const location = `/v2/app/blobs/uploads/${name}`
      response.writeHead(202, { location, range: `0-${now.length - 1}` }).end()
      return true
    })
    expect(stored(store, await push(fake, 400_000))).toBe(true)
    const patches = fake.seen.filter((request) => request.method === 'PATCH')
    expect(Math.max(...patches.map((request) => request.body.length))).toBeLessThan(130_000)
  })
  it('does not send an empty chunk when all arrived and the answer was lost', async () => {
    const store = new MemoryStore()
    const lose: Misbehaviour = first(1, /PATCH/, (request, response) => {
      const [[name]] = [...fake.uploads] as [[string, Buffer]]
      fake.uploads.set(name, request.body)
      response.socket?.destroy()
    })
    await using fake = await FakeRegistry.start(store, lose)
    expect(stored(store, await push(fake, 200_000))).toBe(true)
    expect(methods(fake)).toEqual(['POST', 'PATCH', 'GET', 'PUT'])
  })
  it('sends no credentials to an upload URL of another host, and tells nobody its query', async () => {
    await using other = await FakeRegistry.start(undefined, (_request, response) => {
      response.writeHead(403).end()
      return true
    })
    await using fake = await FakeRegistry.start(undefined, (request, response) => {
      if (request.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic' }).end()
      else response.writeHead(202, { location: `http://${other.host}/upload?key=s3cret` }).end()
      return true
    })
    const credentials = { [fake.host]: { username: 'u', password: 'p' } }
    const error = await push(fake, 10, { credentials }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_REGISTRY_DENIED' })
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('s3cret')
    expect(other.seen[0]?.url).toContain('key=s3cret&digest=sha256')
    expect(other.seen.map((request) => request.authorization)).toEqual([undefined, undefined])
  })
  it('cancels what is not committed', async () => {
    await using fake = await FakeRegistry.start(new MemoryStore())
    await using client = new RegistryClient(options)
    const blob = new MemoryStore().add('content', mediaTypes.layer)
    {
      await using writer = await client.repository(`${fake.host}/app`).openBlob(blob)
      await writer.write(Buffer.from('con'))
      await expect(writer.commit()).rejects.toThrow(code('ERR_SIZE_MISMATCH'))
      await expect(writer.write(Buffer.from('too much'))).rejects.toThrow(code('ERR_SIZE_MISMATCH'))
    }
    expect(methods(fake)).toEqual(['POST', 'DELETE'])
    expect(fake.uploads.size).toBe(0)
  })
  it('of content that is not what its digest says is refused by the registry', async () => {
    await using fake = await FakeRegistry.start(new MemoryStore())
    await using client = new RegistryClient(options)
    const blob = new MemoryStore().add('content', mediaTypes.layer)
    await using writer = await client.repository(`${fake.host}/app`).openBlob(blob)
    await writer.write(Buffer.from('CONTENT'))
    await expect(writer.commit()).rejects.toThrow(code('ERR_DIGEST_MISMATCH'))
  })
})

it('a mount that the registry does not do is no error', async () => {
  await using fake = await FakeRegistry.start(new MemoryStore())
  await using client = new RegistryClient(options)
  const blob = new MemoryStore().add('content', mediaTypes.layer)
  const repository = client.repository(`${fake.host}/app`)
  const from = parseReference(`${fake.host}/base`)
  expect(await repository.mountBlob(blob, from)).toBe(false)
  expect(fake.seen[0]?.url).toBe(
    `/v2/app/blobs/uploads/?${new URLSearchParams({ mount: blob.digest, from: 'base' })}`,
  )
  expect(fake.uploads.size).toBe(0)
  expect(await repository.mountBlob(blob, parseReference('ghcr.io/base'))).toBe(false)
  fake.misbehave = (_request, response) => void response.writeHead(403).end()
  expect(await repository.mountBlob(blob, from)).toBe(false)
})

it.each([
  ['0-99', 100],
  ['bytes=0-99', 100],
  ['0-0', 0],
  ['5-9', undefined],
  ['x', undefined],
  [undefined, undefined],
])('reads the acknowledged bytes of %p', (header, bytes) => {
  expect(acknowledged(header)).toBe(bytes)
})
