import { FakeRegistry, first, type Misbehaviour } from '../test/support/fake-registry.js'
import { code, image, options, read, withFake } from '../test/support/with-fake.js'
import { RegistryClient } from './index.js'

/** Sends the head of the whole answer and `length` bytes of it, then breaks the connection. */
const truncate =
  (content: Buffer, length: number): Misbehaviour =>
  (request, response) => {
    const from = Number(/=(\d+)-/.exec(request.range ?? '')?.[1] ?? 0)
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': content.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    })
    response.write(content.subarray(from, from + length), () => response.destroy())
  }

describe('a blob', () => {
  it('goes on by Range where the connection broke, as often as it makes progress', async () => {
    await withFake(undefined, async (fake, client, { blob, content }, name) => {
      fake.misbehave = first(4, /GET .*\/blobs/, truncate(content, 70_000))
      expect((await read(client.repository(name).fetchBlob(blob))).equals(content)).toBe(true)
      const ranges = fake.seen.map((request) => Number(/=(\d+)-/.exec(request.range ?? '')?.[1] ?? 0))
      expect(ranges).toHaveLength(5)
      expect(ranges[0]).toBe(0)
      for (const [index, at] of ranges.slice(1).entries()) expect(at).toBeGreaterThan(ranges[index]!)
    })
  })
  it('survives a server that ignores the Range', async () => {
    await withFake(undefined, async (fake, client, { blob, content }, name) => {
      fake.misbehave = (request, response, message) => {
        if (fake.seen.length === 1) truncate(content, 100_000)(request, response, message)
        else response.writeHead(200, { 'content-length': content.length }).end(content)
        return true
      }
      expect((await read(client.repository(name).fetchBlob(blob))).equals(content)).toBe(true)
      expect(await read(client.repository(name).fetchBlob(blob, { offset: 299_990 }))).toEqual(
        content.subarray(299_990),
      )
    })
  })
  it('gives up on a server that never gets further', async () => {
    await withFake(undefined, async (fake, client, { blob, content }, name) => {
      fake.misbehave = truncate(content, 0) as never
      await expect(read(client.repository(name).fetchBlob(blob))).rejects.toThrow(
        code('ERR_REGISTRY_UNREACHABLE'),
      )
      expect(fake.seen).toHaveLength(3)
    })
  })
  it('goes on at the registry where a mirror failed in the middle', async () => {
    const { store, content, blob } = image()
    await using origin = await FakeRegistry.start(store)
    await using mirror = await FakeRegistry.start(undefined, (...all) => {
      if (mirror.seen.length === 1) truncate(content, 100_000)(...all)
      else all[1].writeHead(503).end()
      return true
    })
    await using client = new RegistryClient({ ...options, mirrors: { [origin.host]: [mirror.host] } })
    expect((await read(client.repository(`${origin.host}/app`).fetchBlob(blob))).equals(content)).toBe(true)
    expect(origin.seen[0]?.range).toMatch(/^bytes=[1-9]/)
    expect(mirror.seen[0]?.url).toContain(`ns=${encodeURIComponent(origin.host)}`)
  })
  it('goes on at the registry where a mirror sends too much', async () => {
    const { store, content, blob } = image()
    await using origin = await FakeRegistry.start(store)
    await using mirror = await FakeRegistry.start(undefined, (_request, response) => {
      response.writeHead(200).end(Buffer.concat([content.subarray(0, 299_000), Buffer.alloc(99_999)]))
      return true
    })
    await using client = new RegistryClient({ ...options, mirrors: { [origin.host]: [mirror.host] } })
    const blobs = client.repository(`${origin.host}/app`)
    const bytes = await read(blobs.fetchBlob(blob, { verify: false }))
    expect(bytes).toHaveLength(content.length)
    expect(origin.log).toHaveLength(1)
  })
  it.each<[string, (content: Buffer) => Buffer, boolean, string]>([
    [
      'changed',
      (content) => Buffer.concat([Buffer.from([content[0]! ^ 1]), content.subarray(1)]),
      true,
      'ERR_DIGEST_MISMATCH',
    ],
    ['short', (content) => content.subarray(1), true, 'ERR_SIZE_MISMATCH'],
    ['long', (content) => Buffer.concat([content, Buffer.alloc(1)]), true, 'ERR_SIZE_MISMATCH'],
    [
      'long, without saying so',
      (content) => Buffer.concat([content, Buffer.alloc(99_999)]),
      false,
      'ERR_SIZE_MISMATCH',
    ],
  ])('that is %s is refused', async (_name, change, sized, expected) => {
    await withFake(undefined, async (fake, client, { blob, content }, name) => {
      const bytes = change(content)
      fake.misbehave = (_request, response) => {
        response.writeHead(200, sized ? { 'content-length': bytes.length } : {}).end(bytes)
        return true
      }
      await expect(read(client.repository(name).fetchBlob(blob))).rejects.toThrow(code(expected))
    })
  })
  it('that is not there has its own code', async () => {
    await withFake(undefined, async (_fake, client, { blob, store }, name) => {
      store.blobs.delete(blob.digest)
      await expect(read(client.repository(name).fetchBlob(blob))).rejects.toThrow(code('ERR_BLOB_UNKNOWN'))
    })
  })
  it('ends at the signal, and its connection with it', async () => {
    await withFake(undefined, async (fake, client, { blob, content }, name) => {
      let closed = false
      fake.misbehave = (_request, response) => {
        response.on('close', () => (closed = true))
        response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1000))
        return true
      }
      const controller = new AbortController()
      const reading = (async () => {
        for await (const chunk of client.repository(name).fetchBlob(blob, { signal: controller.signal })) {
          expect(chunk.length).toBeGreaterThan(0)
          controller.abort(new Error('enough'))
        }
      })()
      await expect(reading).rejects.toThrow('enough')
      for (let turn = 0; turn < 1000 && !closed; turn += 1)
        await new Promise((resolve) => setImmediate(resolve))
      expect(closed).toBe(true)
    })
  })
  it('is fetched from where a redirect points, without the credentials', async () => {
    const { store, content, blob } = image()
    await using storage = await FakeRegistry.start(store)
    await using fake = await FakeRegistry.start(store, (request, response) => {
      if (request.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      } else {
        response
          .writeHead(307, { location: `http://${storage.host}/bucket/blobs/${blob.digest}?signature=s3cret` })
          .end()
      }
      return true
    })
    await using client = new RegistryClient({
      ...options,
      credentials: { [fake.host]: { username: 'u', password: 'p' } },
    })
    expect((await read(client.repository(`${fake.host}/app`).fetchBlob(blob))).equals(content)).toBe(true)
    expect(fake.seen.map((request) => request.authorization)).toEqual([undefined, 'Basic dTpw'])
    expect(storage.seen.map((request) => [request.authorization, request.url.endsWith('s3cret')])).toEqual([
      [undefined, true],
    ])
    // The storage asks for credentials itself: neither they nor a token are for it.
    storage.misbehave = (_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${storage.host}/token"` }).end()
      return true
    }
    const error = await read(client.repository(`${fake.host}/app`).fetchBlob(blob)).catch(
      (reason: Error) => reason,
    )
    expect(error).toMatchObject({ code: 'ERR_REGISTRY_UNAUTHORIZED' })
    expect(JSON.stringify([String(error), error])).not.toContain('s3cret')
    expect(storage.seen.every((request) => request.authorization === undefined)).toBe(true)
    expect(storage.log.some((line) => line.includes('/token'))).toBe(false)
  })
})
