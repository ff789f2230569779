import { formatReference, mediaTypes, parseReference, type Reference } from '@cofferdam/image'
import { FakeRegistry, first, type Misbehaviour } from '../test/support/fake-registry.js'
import { code, options, withFake } from '../test/support/with-fake.js'
import { RegistryClient } from './index.js'

describe('a manifest', () => {
  const get = (fake: FakeRegistry): void => expect(fake.log.at(-1)).toMatch(/^GET/)

  it('is resolved by HEAD, and fetched by digest', async () => {
    await withFake(undefined, async (fake, client, { manifest, store }, name) => {
      const found = await client.repository(name).resolve(name)
      expect(found).toEqual(manifest)
      expect(Buffer.from(await client.repository(name).fetchManifest(found))).toEqual(
        store.blobs.get(manifest.digest),
      )
      expect(fake.log).toEqual([
        'HEAD /v2/team/app/manifests/v1',
        `GET /v2/team/app/manifests/${manifest.digest}`,
      ])
    })
  })
  it.each<[string, Record<string, string>]>([
    ['without a digest', { 'content-type': mediaTypes.manifest }],
    [
      'without a type',
      { 'docker-content-digest': `sha256:${'0'.repeat(64)}`, 'content-type': 'application/json' },
    ],
    [
      'with a digest that is none',
      { 'docker-content-digest': 'sha256:../..', 'content-type': mediaTypes.manifest },
    ],
  ])('is fetched and hashed when the HEAD answers %s', async (_name, headers) => {
    await withFake(
      first(
        1,
        /^HEAD/,
        (_request, response) => void response.writeHead(200, { 'content-length': 9, ...headers }).end(),
      ),
      async (fake, client, { manifest }, name) => {
        expect(await client.repository(name).resolve(name)).toEqual(manifest)
        get(fake)
      },
    )
  })
  it('that is not what the digest says is refused', async () => {
    await withFake(undefined, async (fake, client, { manifest, store }, name) => {
      const bytes = Buffer.from(store.blobs.get(manifest.digest)!)
      const repository = client.repository(name)
      fake.misbehave = (request, response) => {
        response.writeHead(200, {
          'content-type': mediaTypes.manifest,
          'docker-content-digest': manifest.digest,
          'content-length': bytes.length,
        })
        response.end(request.method === 'HEAD' ? undefined : Buffer.from(bytes.toString().replace('2', '3')))
        return true
      }
      await expect(repository.fetchManifest(await repository.resolve(name))).rejects.toThrow(
        code('ERR_DIGEST_MISMATCH'),
      )
      await expect(repository.resolve({ digest: `sha256:${'1'.repeat(64)}` as never })).rejects.toThrow(
        code('ERR_DIGEST_MISMATCH'),
      )
    })
  })
  it('of another type than announced is refused', async () => {
    await withFake(undefined, async (fake, client, { manifest }, name) => {
      fake.misbehave = first(
        9,
        /GET/,
        (_request, response) =>
          void response.writeHead(200, { 'content-type': `${mediaTypes.index}; charset=utf-8` }).end('{}'),
      )
      await expect(client.repository(name).fetchManifest(manifest)).rejects.toThrow(
        code('ERR_MEDIA_TYPE_MISMATCH'),
      )
    })
  })
  it('without end is not read to its end', async () => {
    await withFake(undefined, async (fake, client, { manifest }, name) => {
      let sent = 0
      fake.misbehave = (_request, response) => {
        response.writeHead(200, { 'content-type': mediaTypes.manifest })
        const chunk = Buffer.alloc(1 << 20, 0x20)
        // Far over the limit, but no danger to the machine should the limit be broken.
        const more = (): void => {
          if (response.destroyed) return
          if (sent >= 64 << 20) return void response.end()
          sent += chunk.length
          response.write(chunk, more)
        }
        more()
        return true
      }
      await expect(client.repository(name).fetchManifest(manifest)).rejects.toThrow(code('ERR_TOO_LARGE'))
      expect(sent).toBeLessThan(64 << 20)
    })
  })
  it('that is unknown is told from a registry that denies', async () => {
    const errors = '{"errors":[{"code":"DENIED","message":"no\\u001b[2Jway"}]}'
    await withFake(undefined, async (fake, client, _set, name) => {
      const repository = client.repository(name)
      await expect(repository.resolve({ tag: 'v2' })).rejects.toThrow(code('ERR_MANIFEST_UNKNOWN'))
      fake.misbehave = (_request, response) => void response.writeHead(403).end(errors)
      const error = await repository.resolve({ tag: 'v2' }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        code: 'ERR_REGISTRY_DENIED',
        registryCodes: ['DENIED'],
        status: 403,
        host: fake.host,
      })
      expect(String(error)).toContain('DENIED: no [2Jway')
    })
  })
})

describe('a registry', () => {
  it('that fails now and then is asked again', async () => {
    const failures: Misbehaviour[] = [
      (_request, response) => void response.writeHead(503).end(),
      (_request, response) => void response.socket?.destroy(),
    ]
    await withFake(
      first(2, /HEAD/, (...all) => void failures.pop()!(...all)),
      async (fake, client, { manifest }, name) => {
        expect(await client.repository(name).resolve(name)).toEqual(manifest)
        expect(fake.log).toHaveLength(3)
      },
    )
  })
  it('that limits the rate is asked again after the time it names', async () => {
    await withFake(
      first(
        1,
        /HEAD/,
        (_request, response) => void response.writeHead(429, { 'retry-after': '880us' }).end(),
      ),
      async (fake, client, { manifest }, name) => {
        expect(await client.repository(name).resolve(name)).toEqual(manifest)
        expect(fake.log).toHaveLength(2)
      },
    )
  })
  it('that names a long time is not waited for', async () => {
    await withFake(
      (_request, response) => void response.writeHead(429, { 'retry-after': '3600' }).end(),
      async (fake, client, _set, name) => {
        await expect(client.repository(name).resolve(name)).rejects.toThrow(code('ERR_REGISTRY_RATE_LIMITED'))
        expect(fake.log.filter((line) => line.startsWith('HEAD'))).toHaveLength(1)
      },
    )
  })
  it('that is not there is named, with what to do', async () => {
    const fake = await FakeRegistry.start()
    const { host } = fake
    await fake[Symbol.asyncDispose]()
    await using client = new RegistryClient(options)
    const reference = parseReference(`${host}/app`)
    await expect(client.repository(reference).resolve(reference)).rejects.toMatchObject({
      code: 'ERR_REGISTRY_UNREACHABLE',
      errno: 'ECONNREFUSED',
      host,
      message: expect.stringContaining(
        `resolve ${formatReference(reference)}: registry ${host} is unreachable`,
      ),
      hint: expect.stringContaining('nothing listens'),
    })
  })
  it('that never answers is given up', async () => {
    await withFake(
      () => true,
      async (_fake, client, _set, name) => {
        await expect(client.repository(name).resolve(name)).rejects.toMatchObject({
          code: 'ERR_REGISTRY_UNREACHABLE',
          errno: 'ETIMEDOUT',
        })
      },
      () => ({ idleTimeout: 20, retry: { attempts: 2, baseDelay: 1 } }),
    )
  })
  it('has its warnings shown, each once', async () => {
    await withFake(
      (_request, response) =>
        void response.setHeader('warning', '299 - "image \\"v1\\" is old", 199 - "no", 299 - "moved"'),
      async (_fake, client, _set, name) => {
        const seen: unknown[] = []
        client.on('warning', ({ text }) => seen.push(text))
        await client.repository(name).resolve(name)
        await client.repository(name).resolve(name)
        expect(seen).toEqual(['image "v1" is old', 'moved'])
      },
    )
  })
  it('that redirects in a circle, or to something that is not http, is refused', async () => {
    for (const location of ['/v2/team/app/manifests/v1', 'file:///etc/passwd']) {
      await withFake(
        (_request, response) => void response.writeHead(302, { location }).end(),
        async (fake, client, _set, name) => {
          await expect(client.repository(name).resolve(name)).rejects.toThrow(code('ERR_REGISTRY_PROTOCOL'))
          expect(fake.log.length).toBeLessThanOrEqual(6)
        },
      )
    }
  })
})

describe('tags', () => {
  const pages: Misbehaviour = (request, response) => {
    const last = new URL(request.url, 'http://x').searchParams.get('last')
    const next = last === null ? 'b' : last === 'b' ? 'c' : undefined
    response.setHeader('content-type', 'application/json')
    if (next !== undefined)
      response.setHeader('link', `</v2/team/app/tags/list?last=${next}&n=1>; rel="next"`)
    response.end(JSON.stringify({ name: 'team/app', tags: [last ?? 'a'] }))
  }
  const list = async (client: RegistryClient, name: Reference) => {
    const tags: string[] = []
    for await (const tag of client.repository(name).tags()) tags.push(tag)
    return tags
  }
  it('are listed page by page', async () => {
    await withFake(pages, async (_fake, client, _set, name) => {
      expect(await list(client, name)).toEqual(['a', 'b', 'c'])
    })
  })
  it('never lead to another host', async () => {
    await using other = await FakeRegistry.start()
    const evil: Misbehaviour = (_request, response) => {
      response.setHeader('link', `<http://${other.host}/v2/team/app/tags/list>; rel="next"`)
      response.end('{"tags":["a"]}')
    }
    await withFake(evil, async (_fake, client, _set, name) => {
      await expect(list(client, name)).rejects.toThrow(code('ERR_REGISTRY_PROTOCOL'))
      expect(other.seen).toEqual([])
    })
  })
  it('without end are given up', async () => {
    const evil: Misbehaviour = (_request, response) => {
      response.setHeader('link', '</v2/team/app/tags/list?again>; rel=next')
      response.end('{"tags":["a"]}')
    }
    await withFake(evil, async (fake, client, _set, name) => {
      await expect(list(client, name)).rejects.toThrow(code('ERR_REGISTRY_PROTOCOL'))
      expect(fake.log).toHaveLength(1000)
    })
  })
  it.each(['{"tags":["../x"]}', '{"tags":{}}', 'x'])('are refused as %s', async (body) => {
    await withFake(
      (_request, response) => void response.end(body),
      async (_fake, client, _set, name) => {
        await expect(list(client, name)).rejects.toThrow(code('ERR_REGISTRY_PROTOCOL'))
      },
    )
  })
})
