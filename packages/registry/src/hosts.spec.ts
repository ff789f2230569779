import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { parseRepository } from '@cofferdam/image'
import { HostResolver, type Endpoint, type HostOptions } from './index.js'
import { isLoopback } from './http/agents.js'
import { nextLink } from './http/link.js'
import { backoff, defaultRetry, retryAfter } from './http/retry.js'
import { parseWarnings } from './http/warning.js'
import { redactUrl } from './errors.js'

const code = (name: string) => expect.objectContaining({ code: name })
let folder = ''
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'cofferdam-hosts-'))))
afterEach(() => rm(folder, { recursive: true }))

async function write(path: string, content: string): Promise<string> {
  const full = join(folder, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, content)
  return full
}

const find = (name: string, options: HostOptions = {}) =>
  new HostResolver({
    registriesConf: false,
    hostsDirectories: [],
    certsDirectories: [],
    ...options,
  }).endpoints(parseRepository(name))

const urls = (endpoints: readonly Endpoint[]) =>
  endpoints.map(({ base, repository }) => `${base.href}${repository}`)
const can = (endpoint: Endpoint | undefined) => [...(endpoint?.capabilities ?? [])].sort()

describe('a registry', () => {
  it.each([
    ['alpine', ['https://registry-1.docker.io/v2/library/alpine']],
    ['ghcr.io/a/b', ['https://ghcr.io/v2/a/b']],
    ['localhost:5000/app', ['http://localhost:5000/v2/app']],
    ['127.0.0.9/app', ['http://127.0.0.9/v2/app']],
    ['[::1]:5000/app', ['http://[::1]:5000/v2/app']],
    ['192.168.122.100/app', ['https://192.168.122.100/v2/app']],
    ['127.0.0.1.evil.example/app', ['https://127.0.0.1.evil.example/v2/app']],
  ])('%s is at %j', async (name, expected) => {
    expect(urls(await find(name))).toEqual(expected)
  })
  it('that is insecure is tried with TLS first, any certificate', async () => {
    const endpoints = await find('192.168.122.100/app', { insecure: ['192.168.122.100'] })
    expect(urls(endpoints)).toEqual(['https://192.168.122.100/v2/app', 'http://192.168.122.100/v2/app'])
    expect(endpoints[0]?.tls).toEqual({ insecure: true })
    expect(urls(await find('192.168.122.101/app', { insecure: ['192.168.122.100'] }))).toHaveLength(1)
  })
  it('has its authorities and client certificate in certs.d', async () => {
    await write('one/x.example:5000/ca.crt', 'CA')
    await write('one/x.example:5000/client.cert', 'CERT')
    await write('one/x.example:5000/client.key', 'KEY')
    await write('two/localhost:5000/ca.crt', 'OTHER')
    const certsDirectories = [join(folder, 'one'), join(folder, 'two')]
    const [endpoint] = await find('x.example:5000/app', { certsDirectories })
    expect(endpoint?.tls).toEqual({ ca: ['CA'], cert: 'CERT', key: 'KEY' })
    const [local] = await find('localhost:5000/app', { certsDirectories })
    expect(local).toMatchObject({ tls: { ca: ['OTHER'] }, base: new URL('https://localhost:5000/v2/') })
  })
  it('has mirrors by option, any registry, each with its own credentials', async () => {
    const mirrors = {
      'ghcr.io': ['m.example/cache', { location: 'localhost:5000', pull: 'digest-only' as const }],
    }
    const endpoints = await find('ghcr.io/a/b', { mirrors })
    expect(urls(endpoints)).toEqual([
      'https://m.example/v2/cache/a/b',
      'http://localhost:5000/v2/a/b',
      'https://ghcr.io/v2/a/b',
    ])
    expect(endpoints.map((endpoint) => endpoint.credentialHost)).toEqual([
      'm.example',
      'localhost:5000',
      'ghcr.io',
    ])
    expect(endpoints.map((endpoint) => endpoint.namespace)).toEqual(['ghcr.io', 'ghcr.io', undefined])
    expect(endpoints.map(can)).toEqual([['pull', 'resolve'], ['pull'], ['pull', 'push', 'resolve']])
    expect(urls(await find('alpine', { mirrors }))).toHaveLength(1)
  })
})

describe('registries.conf', () => {
  const conf = `
unqualified-search-registries = ["docker.io"]
[[registry]]
prefix = "example.com/team"
location = "internal.example/copy"
[[registry.mirror]]
location = "localhost:5000/m"
[[registry.mirror]]
location = "n.example"
insecure = true
pull-from-mirror = "tag-only"
[[registry]]
location = "example.com"
mirror-by-digest-only = true
[[registry.mirror]]
location = "d.example"
[[registry]]
prefix = "*.wild.example"
location = "w.example"
[[registry]]
prefix = "blocked.example"
blocked = true
[[registry]]
location = "lan.example:5000"
insecure = true
`
  it('rewrites the longest prefix', async () => {
    const registriesConf = await write('registries.conf', conf)
    const options = { registriesConf }
    const endpoints = await find('example.com/team/app', options)
    expect(urls(endpoints)).toEqual([
      'http://localhost:5000/v2/m/app',
      'https://n.example/v2/app',
      'http://n.example/v2/app',
      'https://internal.example/v2/copy/app',
    ])
    expect(endpoints[1]?.tagsOnly).toBe(true)
    const other = await find('example.com/teams/app', options)
    expect(urls(other)).toEqual(['https://d.example/v2/teams/app', 'https://example.com/v2/teams/app'])
    expect(can(other[0])).toEqual(['pull'])
    expect(urls(await find('a.wild.example/x/y', options))).toEqual(['https://w.example/v2/x/y'])
    expect(urls(await find('wild.example/x/y', options))).toEqual(['https://wild.example/v2/x/y'])
    expect(urls(await find('lan.example:5000/x', options))).toHaveLength(2)
    await expect(find('blocked.example/x', options)).rejects.toThrow(code('ERR_REGISTRY_BLOCKED'))
  })
  it('is extended by drop-ins, and read from the environment', async () => {
    const path = await write('r.conf', conf)
    await write(
      'r.conf.d/10.conf',
      '[[registry]]\nlocation = "example.com"\n[[registry.mirror]]\nlocation = "drop.example"\n',
    )
    const resolver = new HostResolver({
      hostsDirectories: [],
      certsDirectories: [],
      env: { CONTAINERS_REGISTRIES_CONF: path },
    })
    expect(urls(await resolver.endpoints(parseRepository('example.com/x')))[0]).toBe(
      'https://drop.example/v2/x',
    )
  })
  it('with a mistake names the file', async () => {
    const registriesConf = await write('bad.conf', '[[registry]\n')
    await expect(find('alpine', { registriesConf })).rejects.toMatchObject({
      code: 'ERR_INVALID_CONFIG',
      path: registriesConf,
    })
  })
})

describe('hosts.toml', () => {
  it('gives hosts in order, then the server', async () => {
    await write('ca.pem', 'CA')
    await write(
      'docker.io/hosts.toml',
      `server = "https://registry-1.docker.io"
[host."https://mirror.example:5000"]
capabilities = ["pull"]
ca = "../ca.pem"
[host."http://plain.example"]
capabilities = ["pull", "resolve", "nonsense"]
[host."http://plain.example".header]
x-key = ["a", "b"]
[host."https://path.example/custom"]
override_path = true
skip_verify = true
`,
    )
    const endpoints = await find('alpine', { hostsDirectories: [folder] })
    expect(urls(endpoints)).toEqual([
      'https://mirror.example:5000/v2/library/alpine',
      'http://plain.example/v2/library/alpine',
      'https://path.example/custom/library/alpine',
      'https://registry-1.docker.io/v2/library/alpine',
    ])
    expect(endpoints.map(can)).toEqual([
      ['pull'],
      ['pull', 'resolve'],
      ['pull', 'push', 'resolve'],
      ['pull', 'push', 'resolve'],
    ])
    expect(endpoints[0]?.tls).toEqual({ ca: ['CA'] })
    expect(endpoints[1]?.headers).toEqual({ 'x-key': 'a, b' })
    expect(endpoints[2]?.tls).toEqual({ insecure: true })
    expect(endpoints.map((endpoint) => endpoint.credentialHost)).toEqual([
      'mirror.example:5000',
      'plain.example',
      'path.example',
      'docker.io',
    ])
  })
  it('is found by host and port, else by _default', async () => {
    await write('x.example_5000_/hosts.toml', 'server = "https://one.example"\n')
    await write('_default/hosts.toml', '[host."https://all.example"]\n')
    const options = { hostsDirectories: [folder] }
    expect(urls(await find('x.example:5000/a', options))).toEqual(['https://one.example/v2/a'])
    expect(urls(await find('y.example/a', options))).toEqual([
      'https://all.example/v2/a',
      'https://y.example/v2/a',
    ])
  })
})

describe('headers', () => {
  const now = Date.parse('Tue, 24 Nov 2026 12:00:00 GMT')
  it.each([
    ['2', 2000],
    ['880us', 0.88],
    ['1.5s', 1500],
    ['Tue, 24 Nov 2026 12:00:05 GMT', 5000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('Retry-After %j', (header, ms) => {
    expect(retryAfter(header, now)).toBe(ms)
  })
  it('backoff grows, up to the limit', () => {
    expect([2, 3, 4, 20].map((attempt) => backoff(defaultRetry, attempt, 0))).toEqual([200, 400, 800, 10_000])
    expect(backoff(defaultRetry, 2, 1)).toBe(300)
  })
  it.each([
    ['</v2/x?last=b>; rel="next"', 'https://r.example/v2/x?last=b'],
    ['<a>; rel=prev, <b>; title="x, y"; rel="first next"', 'https://r.example/v2/b'],
    ['<b>; rel="nextone"', undefined],
    ['b; rel="next"', undefined],
    ['<http://[>; rel="next"', undefined],
    [undefined, undefined],
  ])('Link %j', (header, next) => {
    expect(nextLink(header, new URL('https://r.example/v2/list'))?.href).toBe(next)
  })
  it('Link to another origin is refused', () => {
    for (const target of [
      'http://r.example/x',
      'https://r.example:444/x',
      '//evil.example/x',
      'file:///etc/passwd',
    ]) {
      expect(() => nextLink(`<${target}>; rel=next`, new URL('https://r.example/v2/list'))).toThrow(
        code('ERR_REGISTRY_PROTOCOL'),
      )
    }
  })
  it('hostile headers end in time, with an answer or an error of ours', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'<>;,="\\ relnxt/:-299'), maxLength: 200 })
    fc.assert(
      fc.property(nasty, (text) => {
        parseWarnings(text)
        retryAfter(text, now)
        try {
          nextLink(text, new URL('https://r.example/v2/list'))
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_REGISTRY_PROTOCOL' })
        }
      }),
    )
    expect(parseWarnings(`299 - "${'\\"'.repeat(8000)}`)).toEqual([])
    expect(nextLink(`<x>${'; a="b" '.repeat(2000)}`, new URL('https://r.example/'))).toBeUndefined()
  })
  it('URLs are shown without secrets', () => {
    expect(redactUrl('https://u:p@s.example/blob?sig=s3cret#x')).toBe('https://s.example/blob?...')
    expect(redactUrl('no url')).toBe('(no URL)')
  })
})

it.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['[::1]', true],
  ['LOCALHOST', true],
  ['127.0.0.1.example', false],
  ['localhost.example', false],
  ['10.0.0.1', false],
])('%s is loopback: %p', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback)
})
