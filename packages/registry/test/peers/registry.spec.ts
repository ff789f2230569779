import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  MemoryStore,
  computeDigest,
  copyImage,
  formatReference,
  hostPlatform,
  mediaTypes,
  parseReference,
  type CopyProgress,
} from '@cofferdam/image'
import {
  requires,
  runCommand,
  startRegistry,
  tempDir,
  type RegistryOptions,
  type TestRegistry,
} from '@cofferdam/testing'
import { RegistryClient, type RegistryClientOptions } from '../../src/index.js'
import { addImage } from './image.js'

const peers = requires({ commands: ['docker-registry', 'skopeo', 'htpasswd', 'openssl'] })
const code = (name: string) => expect.objectContaining({ code: name })
const platform = { os: 'linux', architecture: 'amd64' }
const quiet: RegistryClientOptions = { registriesConf: false, hostsDirectories: [], retry: { baseDelay: 1 } }

async function withRegistry(
  options: RegistryOptions,
  body: (registry: TestRegistry) => Promise<void>,
): Promise<void> {
  const registry = await startRegistry(options)
  try {
    await body(registry)
  } finally {
    await registry.stop()
  }
}

const credentials = (registry: TestRegistry, password = registry.password) => ({
  credentials: { [registry.host]: { username: registry.username, password, source: 'the test' } },
})

/** Digests of all content, computed anew. */
const content = (store: MemoryStore) => [...store.blobs.values()].map((bytes) => computeDigest(bytes)).sort()

const skopeo = (...argv: string[]) => runCommand(['skopeo', '--insecure-policy', ...argv])

peers.describe('with docker-registry and skopeo', () => {
  it('pushes what skopeo reads, and pulls what skopeo pushed', async () => {
    await withRegistry({}, async ({ host }) => {
      await using client = new RegistryClient(quiet)
      await using folder = await tempDir()
      const store = new MemoryStore()
      const reference = parseReference(`${host}/team/app:v1`)
      const image = addImage(store, reference, [100, 3_000_000, 0])
      const events: CopyProgress[] = []
      await copyImage(store, client.repository(reference), reference, {
        progress: (event) => events.push(event),
      })
      expect(events.at(-1)).toMatchObject({ digest: image.digest, status: 'done' })

      const inspected = await skopeo(
        'inspect',
        '--tls-verify=false',
        `docker://${formatReference(reference)}`,
      )
      expect(JSON.parse(inspected.ok().stdout)).toMatchObject({ Digest: image.digest, RepoTags: ['v1'] })

      const layout = join(folder.path, 'layout')
      const copy = ['copy', '--src-tls-verify=false', '--dest-tls-verify=false']
      ;(await skopeo(...copy, `docker://${formatReference(reference)}`, `oci:${layout}:v1`)).ok()
      ;(await skopeo(...copy, `oci:${layout}:v1`, `docker://${host}/by/skopeo:v2`)).ok()
      const theirs = parseReference(`${host}/by/skopeo:v2`)
      const sink = new MemoryStore()
      const pulled = await copyImage(client.repository(theirs), sink, theirs, { platform })
      expect(pulled.named.digest).toBe(image.digest)
      expect(content(sink)).toEqual(content(store))
    })
  })

  it('copies an index with all platforms, lists and deletes', async () => {
    await withRegistry({}, async ({ host }) => {
      await using client = new RegistryClient(quiet)
      const store = new MemoryStore()
      const reference = parseReference(`${host}/app:multi`)
      const amd = addImage(store, parseReference(`${host}/app:amd`), [10])
      const arm = addImage(store, parseReference(`${host}/app:arm`), [20])
      const manifests = [
        { ...amd, platform },
        { ...arm, platform: { os: 'linux', architecture: 'arm64' } },
      ]
      const index = store.add({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index)
      store.names.set(formatReference(reference), index)
      const repository = client.repository(`${host}/app`)
      const { named } = await copyImage(store, repository, reference, { platform: 'all' })
      expect(named).toEqual(index)
      for (const tag of ['a', 'b', 'c'])
        await repository.putManifest(amd, store.blobs.get(amd.digest)!, { reference: { ...reference, tag } })
      const tags: string[] = []
      for await (const tag of repository.tags({ pageSize: 2 })) tags.push(tag)
      expect(tags.sort()).toEqual(['a', 'b', 'c', 'multi'])
      const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${host}/app:multi`)
      expect(raw.ok().stdout).toBe(Buffer.from(store.blobs.get(index.digest)!).toString())

      await repository.deleteManifest(index.digest)
      await expect(repository.resolve({ tag: 'multi' })).rejects.toThrow(code('ERR_MANIFEST_UNKNOWN'))
      await expect(repository.resolve({ digest: index.digest })).rejects.toThrow(code('ERR_MANIFEST_UNKNOWN'))
      expect(await repository.has(amd)).toBe(true)
      const { config } = JSON.parse(Buffer.from(store.blobs.get(amd.digest)!).toString())
      await repository.deleteBlob(config.digest)
      expect(await repository.has(config)).toBe(false)
    })
  })

  it('pushes in chunks, mounts from another repository, and finds what is there', async () => {
    await withRegistry({}, async ({ host }) => {
      await using client = new RegistryClient({ ...quiet, chunkSize: 1_000_000 })
      const store = new MemoryStore()
      const reference = parseReference(`${host}/first:v1`)
      addImage(store, reference, [3_500_000, 1])
      await copyImage(store, client.repository(reference), reference)
      const statuses = async (from: Parameters<typeof copyImage>[0], to: string) => {
        const seen: string[] = []
        const target = parseReference(to)
        await copyImage(from, client.repository(target), reference, {
          as: target,
          platform: hostPlatform(),
          progress: ({ status, mediaType }) => mediaType !== mediaTypes.manifest && seen.push(status),
        })
        return [...new Set(seen)]
      }
      expect(await statuses(client.repository(reference), `${host}/second:v1`)).toEqual(['mounted'])
      expect(await statuses(store, `${host}/second:v2`)).toEqual(['exists'])
      ;(await skopeo('inspect', '--tls-verify=false', `docker://${host}/second:v2`)).ok()
    })
  })

  it('keeps referrers under the fallback tag of a registry that has no such API', async () => {
    await withRegistry({}, async ({ host }) => {
      await using client = new RegistryClient(quiet)
      const store = new MemoryStore()
      const reference = parseReference(`${host}/app:v1`)
      const subject = addImage(store, reference, [10])
      const repository = client.repository(reference)
      await copyImage(store, repository, reference)
      const attach = async (artifactType: string) => {
        const empty = store.add('{}', mediaTypes.empty)
        const manifest = {
          schemaVersion: 2,
          mediaType: mediaTypes.manifest,
          artifactType,
          config: empty,
          layers: [empty],
          subject,
          annotations: { kind: artifactType },
        }
        const descriptor = store.add(manifest, mediaTypes.manifest)
        const name = { ...reference, tag: artifactType.slice(-4) }
        store.names.set(formatReference(name), descriptor)
        await copyImage(store, repository, name)
        return descriptor
      }
      const sbom = await attach('application/vnd.example.sbom')
      const sign = await attach('application/vnd.example.sign')
      expect((await repository.referrers(subject.digest)).map((item) => item.digest)).toEqual([
        sbom.digest,
        sign.digest,
      ])
      expect(
        await repository.referrers(subject.digest, { artifactType: 'application/vnd.example.sign' }),
      ).toEqual([
        {
          ...sign,
          artifactType: 'application/vnd.example.sign',
          annotations: { kind: 'application/vnd.example.sign' },
        },
      ])
      await repository.deleteManifest(sbom.digest)
      expect((await repository.referrers(subject.digest)).map((item) => item.digest)).toEqual([sign.digest])
    })
  })

  it('notices a blob the registry has damaged', async () => {
    await withRegistry({}, async ({ host, storage }) => {
      await using client = new RegistryClient(quiet)
      const store = new MemoryStore()
      const reference = parseReference(`${host}/app:v1`)
      addImage(store, reference, [200_000])
      await copyImage(store, client.repository(reference), reference)
      const files = await readdir(storage, { recursive: true })
      const largest = await Promise.all(
        files
          .filter((file) => file.endsWith('/data'))
          .map(async (file) => ({ file: join(storage, file), bytes: await readFile(join(storage, file)) })),
      ).then((list) => list.sort((a, b) => b.bytes.length - a.bytes.length)[0]!)
      largest.bytes[100_000]! ^= 1
      await writeFile(largest.file, largest.bytes)
      const sink = new MemoryStore()
      await expect(copyImage(client.repository(reference), sink, reference, { platform })).rejects.toThrow(
        code('ERR_DIGEST_MISMATCH'),
      )
      expect(sink.names.size).toBe(0)
    })
  })

  it.each(['basic', 'token'] as const)(
    'logs in by %s, and tells wrong from missing credentials',
    async (auth) => {
      await withRegistry({ auth }, async (registry) => {
        const { host } = registry
        const store = new MemoryStore()
        const reference = parseReference(`${host}/private/app:v1`)
        addImage(store, reference, [1000, 2000, 3000])
        await using client = new RegistryClient({ ...quiet, ...credentials(registry) })
        await copyImage(store, client.repository(reference), reference)
        const creds = `--creds=${registry.username}:${registry.password}`
        ;(await skopeo('inspect', creds, '--tls-verify=false', `docker://${host}/private/app:v1`)).ok()
        const sink = new MemoryStore()
        await copyImage(client.repository(reference), sink, reference, { platform })
        expect(content(sink)).toEqual(content(store))

        await using wrong = new RegistryClient({ ...quiet, ...credentials(registry, 'wrong secret') })
        const refused = await wrong
          .repository(reference)
          .resolve(reference)
          .catch((error: Error) => error)
        expect(refused).toMatchObject({
          code: 'ERR_REGISTRY_UNAUTHORIZED',
          message: expect.stringMatching(/alice.*the test/),
          hint: expect.stringMatching(/login/),
        })
        expect(String(refused)).not.toContain('wrong secret')
        await using anonymous = new RegistryClient({ ...quiet, credentials: {} })
        await expect(anonymous.repository(reference).resolve(reference)).rejects.toThrow(
          code('ERR_REGISTRY_UNAUTHORIZED'),
        )
      })
    },
  )

  it('asks for one token however many blobs travel, and anonymously where that is enough', async () => {
    await withRegistry({ auth: 'token' }, async (registry) => {
      const { host, tokenRequests } = registry
      const store = new MemoryStore()
      const reference = parseReference(`${host}/public/app:v1`)
      addImage(store, reference, [10, 20, 30, 40, 50])
      await using client = new RegistryClient({ ...quiet, ...credentials(registry) })
      await copyImage(store, client.repository(reference), reference)
      expect(
        tokenRequests.map((line) => new URL(line.split(' ')[1]!, 'http://x').searchParams.get('scope')),
      ).toEqual(['repository:public/app:pull,push'])
      await using anonymous = new RegistryClient({ ...quiet, credentials: {} })
      await copyImage(anonymous.repository(reference), new MemoryStore(), reference, { platform })
      expect(tokenRequests).toHaveLength(2)
      await expect(copyImage(store, anonymous.repository(reference), reference)).rejects.toThrow(
        code('ERR_REGISTRY_UNAUTHORIZED'),
      )
    })
  })

  it('takes credentials that skopeo login wrote', async () => {
    await withRegistry({ auth: 'basic' }, async (registry) => {
      await using folder = await tempDir()
      const file = join(folder.path, 'auth.json')
      const argv = [
        'login',
        '--tls-verify=false',
        `--authfile=${file}`,
        `-u=${registry.username}`,
        '--password-stdin',
      ]
      ;(await runCommand(['skopeo', ...argv, registry.host], { input: registry.password })).ok()
      await using client = new RegistryClient({ ...quiet, env: { ...process.env, REGISTRY_AUTH_FILE: file } })
      const store = new MemoryStore()
      const reference = parseReference(`${registry.host}/app:v1`)
      addImage(store, reference, [10])
      await copyImage(store, client.repository(reference), reference)
      expect((await client.repository(reference).resolve(reference)).digest).toMatch(/^sha256:/)
    })
  })

  it('trusts the authority in certs.d, and no other', async () => {
    await withRegistry({ tls: true }, async ({ host, caFile }) => {
      await using folder = await tempDir()
      const reference = parseReference(`${host}/app:v1`)
      const options = { ...quiet, certsDirectories: [folder.path] }
      await using plain = new RegistryClient(options)
      await expect(plain.repository(reference).resolve(reference)).rejects.toThrow(
        code('ERR_REGISTRY_UNREACHABLE'),
      )
      await mkdir(join(folder.path, host))
      await writeFile(join(folder.path, host, 'ca.crt'), await readFile(caFile))
      await using client = new RegistryClient(options)
      const store = new MemoryStore()
      addImage(store, reference, [10])
      await copyImage(store, client.repository(reference), reference)
      ;(await skopeo('inspect', '--tls-verify=false', `docker://${host}/app:v1`)).ok()
      // Another authority: that of a second registry.
      await withRegistry({ tls: true }, async (other) => {
        await writeFile(join(folder.path, host, 'ca.crt'), await readFile(other.caFile))
        await using distrustful = new RegistryClient(options)
        const error = await distrustful
          .repository(reference)
          .resolve(reference)
          .catch((reason: unknown) => reason)
        expect(error).toMatchObject({
          code: 'ERR_REGISTRY_UNREACHABLE',
          hint: expect.stringMatching(/certs\.d/),
        })
      })
    })
  })

  it('pulls through a mirror, and from the registry when the mirror is gone', async () => {
    await withRegistry({}, async (origin) => {
      await withRegistry({ proxyOf: `http://${origin.host}` }, async (mirror) => {
        const store = new MemoryStore()
        const reference = parseReference(`${origin.host}/app:v1`)
        addImage(store, reference, [5000])
        await using client = new RegistryClient({ ...quiet, mirrors: { [origin.host]: [mirror.host] } })
        await copyImage(store, client.repository(reference), reference)
        const first = new MemoryStore()
        await copyImage(client.repository(reference), first, reference, { platform })
        expect(content(first)).toEqual(content(store))
        expect(await readdir(join(mirror.storage, 'docker/registry/v2/repositories'))).toEqual(['app'])
        await mirror.stop()
        const second = new MemoryStore()
        await copyImage(client.repository(reference), second, reference, { platform })
        expect(content(second)).toEqual(content(store))
      })
    })
  })
})
