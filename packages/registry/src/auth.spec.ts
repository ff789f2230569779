import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { MemoryStore, mediaTypes, parseReference } from '@cofferdam/image'
import { FakeRegistry, type Seen } from '../test/support/fake-registry.js'
import { checkRealm } from './auth/realm.js'
import { findInFile, parseAuthFile } from './credentials/auth-file.js'
import { candidateKeys, normaliseKey, type Credentials } from './credentials/credentials.js'
import { parseChallenges } from './http/challenge.js'
import { RegistryClient, fileCredentials, type RegistryClientOptions } from './index.js'

const code = (name: string) => expect.objectContaining({ code: name })
const base: RegistryClientOptions = {
  registriesConf: false,
  hostsDirectories: [],
  certsDirectories: [],
  retry: { baseDelay: 1, attempts: 2 },
}

function store(): MemoryStore {
  const content = new MemoryStore()
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: content.add({}, mediaTypes.config),
    layers: [],
  }
  content.names.set('x/app:v1', content.add(manifest, mediaTypes.manifest))
  return content
}

/** A registry that takes only `Bearer good`, with a token server on the same port at /token. */
async function tokenRegistry(
  token: (request: Seen) => { status?: number; body: string },
): Promise<FakeRegistry> {
  const fake = await FakeRegistry.start(store(), (request, response) => {
    if (request.url.startsWith('/token')) {
      const { status = 200, body } = token(request)
      response.writeHead(status).end(body)
      return true
    }
    if (request.authorization === 'Bearer good') return false
    response
      .writeHead(401, {
        'www-authenticate': `Bearer realm="http://${fake.host}/token",service="s v c",scope="ignored"`,
      })
      .end()
    return true
  })
  return fake
}

async function resolveWith(fake: FakeRegistry, credentials?: Credentials) {
  await using client = new RegistryClient({
    ...base,
    credentials: credentials === undefined ? {} : { [fake.host]: credentials },
  })
  const reference = parseReference(`${fake.host}/app:v1`)
  return client.repository(reference).resolve(reference)
}

const tokens = (fake: FakeRegistry) => fake.seen.filter((request) => request.url.startsWith('/token'))

describe('a token', () => {
  it('is asked for by GET with Basic, service, account and scope', async () => {
    await using fake = await tokenRegistry(() => ({ body: '{"access_token":"good"}' }))
    await resolveWith(fake, { username: 'u', password: 'p:w' })
    const [request] = tokens(fake)
    expect(request?.authorization).toBe(`Basic ${Buffer.from('u:p:w').toString('base64')}`)
    expect(Object.fromEntries(new URL(request!.url, 'http://x').searchParams)).toEqual({
      service: 's v c',
      account: 'u',
      scope: 'repository:app:pull',
    })
  })
  it('is asked for by POST where the server does not take the GET', async () => {
    await using fake = await tokenRegistry(({ body }) =>
      body.length === 0 ? { status: 404, body: '' } : { body: '{"token":"good"}' },
    )
    await resolveWith(fake, { username: 'u', password: 'p' })
    expect(Object.fromEntries(new URLSearchParams(tokens(fake)[1]!.body.toString()))).toMatchObject({
      grant_type: 'password',
      username: 'u',
      password: 'p',
      scope: 'repository:app:pull',
      service: 's v c',
    })
  })
  it('is exchanged for an identity token by POST', async () => {
    await using fake = await tokenRegistry(() => ({ body: '{"access_token":"good"}' }))
    await resolveWith(fake, { username: 'u', identityToken: 'refresh' })
    const [request, ...others] = tokens(fake)
    expect(others).toEqual([])
    expect(Object.fromEntries(new URLSearchParams(request!.body.toString()))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'refresh',
    })
  })
  it('that was given is sent as it is', async () => {
    await using fake = await tokenRegistry(() => ({ body: '' }))
    await resolveWith(fake, { registryToken: 'good' })
    expect(tokens(fake)).toEqual([])
  })
  it('is shared by requests at the same time, and renewed when the registry no longer takes it', async () => {
    let valid = 'one'
    const fake = await FakeRegistry.start(store(), (request, response) => {
      if (request.url.startsWith('/token')) {
        setTimeout(() => response.end(JSON.stringify({ token: valid })), 20)
        return true
      }
      if (request.authorization === `Bearer ${valid}`) return false
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${fake.host}/token"` }).end()
      return true
    })
    await using _server = fake
    await using client = new RegistryClient({ ...base, credentials: {} })
    const reference = parseReference(`${fake.host}/app:v1`)
    const repository = client.repository(reference)
    await Promise.all(Array.from({ length: 8 }, () => repository.resolve(reference)))
    expect(tokens(fake)).toHaveLength(1)
    valid = 'two'
    await Promise.all(Array.from({ length: 8 }, () => repository.resolve(reference)))
    expect(tokens(fake)).toHaveLength(2)
  })
  it.each<[string, { status?: number; body: string }, string]>([
    ['refused', { status: 401, body: '' }, 'ERR_REGISTRY_UNAUTHORIZED'],
    ['not JSON', { body: 'x' }, 'ERR_REGISTRY_TOKEN'],
    ['missing', { body: '{}' }, 'ERR_REGISTRY_TOKEN'],
    ['with a line break', { body: '{"token":"a\\r\\nx: y"}' }, 'ERR_REGISTRY_TOKEN'],
    ['null', { body: 'null' }, 'ERR_REGISTRY_TOKEN'],
    ['endless', { body: 'x'.repeat(200_000) }, 'ERR_TOO_LARGE'],
    ['of no use', { body: '{"token":"bad"}' }, 'ERR_REGISTRY_UNAUTHORIZED'],
    ['from a server that fails', { status: 500, body: '' }, 'ERR_REGISTRY_TOKEN'],
  ])('that is %s is an error that tells no secrets', async (_name, answer, expected) => {
    await using fake = await tokenRegistry(() => answer)
    const error = await resolveWith(fake, { username: 'u', password: 'hunter2' }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: expected })
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('hunter2')
    expect(fake.seen.length).toBeLessThan(8)
  })
  it('is never asked for at a hostile realm', async () => {
    await using other = await FakeRegistry.start()
    const port = other.host.split(':')[1]
    await using fake = await FakeRegistry.start(undefined, (_request, response) => {
      response
        .writeHead(401, { 'www-authenticate': `Bearer realm="http://evil.example:${port}/token"` })
        .end()
      return true
    })
    for (const credentials of [undefined, { username: 'u', password: 'p' }]) {
      await expect(resolveWith(fake, credentials)).rejects.toThrow(code('ERR_REGISTRY_REALM'))
    }
    expect(other.seen).toEqual([])
  })
})

describe('checkRealm', () => {
  const check = (realm: string, registry: string, credentials = true, trusted: string[] = []) =>
    checkRealm(realm, new URL(registry), { credentials, trusted }).href

  it.each([
    ['https://auth.docker.io/token', 'https://registry-1.docker.io/v2/'],
    ['https://ghcr.io/token', 'https://ghcr.io/v2/'],
    ['https://dockerauth.cn-hangzhou.aliyuncs.com/auth', 'https://registry.cn-hangzhou.aliyuncs.com/v2/'],
    ['http://127.0.0.1:5001/auth', 'http://127.0.0.1:5000/v2/'],
    ['http://registry.lan/auth', 'http://registry.lan/v2/'],
  ])('takes %s of %s', (realm, registry) => {
    expect(check(realm, registry)).toBe(realm)
  })
  it.each([
    ['https://evil.example/token', 'https://ghcr.io/v2/'],
    ['https://evil.co.uk/token', 'https://registry.co.uk/v2/'],
    ['http://ghcr.io/token', 'https://ghcr.io/v2/'],
    ['http://127.0.0.1/token', 'https://ghcr.io/v2/'],
    ['https://localhost/token', 'https://ghcr.io/v2/'],
    ['http://10.0.0.2/token', 'http://10.0.0.1/v2/'],
    ['https://10.0.0.2/token', 'https://11.0.0.2/v2/'],
    ['file:///etc/passwd', 'https://ghcr.io/v2/'],
    ['https://user@ghcr.io/token', 'https://ghcr.io/v2/'],
    ['token', 'https://ghcr.io/v2/'],
  ])('refuses %s of %s', (realm, registry) => {
    expect(() => check(realm, registry)).toThrow(code('ERR_REGISTRY_REALM'))
  })
  it('lets anonymous requests go to any https realm, and credentials where the user trusts it', () => {
    expect(check('https://auth.example/token', 'https://ghcr.io/v2/', false)).toBe(
      'https://auth.example/token',
    )
    expect(check('https://auth.example/token', 'https://ghcr.io/v2/', true, ['auth.example'])).toBe(
      'https://auth.example/token',
    )
  })
})

describe('parseChallenges', () => {
  it.each<[string, unknown]>([
    [
      'Bearer realm="https://a/b,c",service=x , scope="a b"',
      [['bearer', { realm: 'https://a/b,c', service: 'x', scope: 'a b' }]],
    ],
    [
      'Basic realm="x", Bearer realm="y"',
      [
        ['basic', { realm: 'x' }],
        ['bearer', { realm: 'y' }],
      ],
    ],
    ['basic', [['basic', {}]]],
    ['Bearer realm="a\\"b"', [['bearer', { realm: 'a"b' }]]],
    ['Bearer realm="first", realm="second"', [['bearer', { realm: 'first' }]]],
    ['Bearer realm="open', [['bearer', {}]]],
    ['=x', []],
    ['', []],
  ])('reads %j', (header, expected) => {
    expect(parseChallenges(header).map(({ scheme, parameters }) => [scheme, { ...parameters }])).toEqual(
      expected,
    )
  })
})

describe('credential files', () => {
  const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })

  it('know Docker Hub by each of its names, and hosts however they are written', () => {
    for (const key of [
      'https://index.docker.io/v1/',
      'docker.io',
      'index.docker.io',
      'registry-1.docker.io',
    ]) {
      expect(normaliseKey(key)).toBe('docker.io')
    }
    expect(normaliseKey('https://Example.com:5000/v2/')).toBe('example.com:5000')
    expect(candidateKeys('quay.io', 'a/b')).toEqual(['quay.io/a/b', 'quay.io/a', 'quay.io'])
  })
  it('give the longest namespace', () => {
    const file = parseAuthFile(
      JSON.stringify({
        auths: {
          'quay.io': auth('host:1'),
          'quay.io/team': auth('team:2'),
          'quay.io/team/app': auth('app:3'),
        },
      }),
      'auth.json',
    )
    const user = (repository: string) => {
      const answer = findInFile(file, 'quay.io', repository)
      return answer !== undefined && 'credentials' in answer ? answer.credentials.username : undefined
    }
    expect([user('team/app'), user('team/app2'), user('teams/app'), user('x')]).toEqual([
      'app',
      'team',
      'host',
      'host',
    ])
    expect(findInFile(file, 'ghcr.io', 'x')).toBeUndefined()
  })
  it('name helpers for hosts and for all others', () => {
    const file = parseAuthFile(
      JSON.stringify({
        auths: { 'a.example': {} },
        credHelpers: { 'b.example': 'ecr' },
        credsStore: 'desktop',
      }),
      'config.json',
    )
    expect(findInFile(file, 'b.example', 'x')).toEqual({ helper: 'ecr' })
    expect(findInFile(file, 'a.example', 'x')).toEqual({ helper: 'desktop' })
  })
  it('say what is wrong without quoting it', () => {
    expect(() => parseAuthFile('{"auths": secret', 'config.json')).toThrow(
      code('ERR_INVALID_CREDENTIAL_FILE'),
    )
    expect(() => parseAuthFile('{"auths": secret', 'config.json')).not.toThrow(/secret/)
    expect(() => parseAuthFile(JSON.stringify({ auths: { a: { auth: 'c2VjcmV0' } } }), 'f')).toThrow(
      /not base64 of user:password/,
    )
  })

  describe('on disk', () => {
    let folder = ''
    beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'cofferdam-auth-'))))
    afterEach(() => rm(folder, { recursive: true }))

    it('are asked in order: environment, then the one file, else those in the usual places', async () => {
      const entry = (name: string) => JSON.stringify({ auths: { 'a.example': auth(`${name}:x`) } })
      await writeFile(join(folder, 'one.json'), entry('one'))
      await writeFile(join(folder, 'config.json'), entry('docker'))
      await writeFile(join(folder, '.dockercfg'), JSON.stringify({ 'old.example': auth('old:x') }))
      const env = { DOCKER_CONFIG: folder, HOME: folder, XDG_RUNTIME_DIR: folder }
      const user = async (variables: NodeJS.ProcessEnv, host = 'a.example') =>
        (await fileCredentials({ env: { ...env, ...variables } })(host, 'app'))?.username
      expect(await user({})).toBe('docker')
      expect(await user({}, 'old.example')).toBe('old')
      expect(await user({ REGISTRY_AUTH_FILE: join(folder, 'one.json') })).toBe('one')
      expect(await user({ REGISTRY_AUTH_FILE: join(folder, 'none.json') })).toBeUndefined()
      expect(await user({ DOCKER_AUTH_CONFIG: entry('inline') })).toBe('inline')
      expect(await user({ DOCKER_AUTH_CONFIG: '{}' })).toBe('docker')
    })

    it('ask helpers', async () => {
      const helper = async (name: string, script: string) => {
        await writeFile(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`)
        await chmod(join(folder, `docker-credential-${name}`), 0o755)
      }
      await helper(
        'echo',
        'read host; echo "{\\"ServerURL\\":\\"x\\",\\"Username\\":\\"$1-$host\\",\\"Secret\\":\\"s\\"}"',
      )
      await helper('token', 'echo \'{"Username":"<token>","Secret":"refresh"}\'')
      await helper('none', 'echo credentials not found in native keychain; exit 1')
      await helper('broken', 'echo no dbus; exit 1')
      const credHelpers = {
        'e.example': 'echo',
        'docker.io': 'echo',
        't.example': 'token',
        'n.example': 'none',
        'b.example': 'broken',
        'm.example': 'missing',
        'x.example': '../evil',
      }
      await writeFile(join(folder, 'config.json'), JSON.stringify({ credHelpers }))
      const env = {
        DOCKER_CONFIG: folder,
        HOME: folder,
        XDG_RUNTIME_DIR: folder,
        PATH: `${folder}${delimiter}${process.env['PATH']}`,
      }
      const find = fileCredentials({ env })
      expect(await find('e.example', 'app')).toMatchObject({ username: 'get-e.example', password: 's' })
      expect(await find('docker.io', 'library/app')).toMatchObject({
        username: 'get-https://index.docker.io/v1/',
      })
      expect(await find('t.example', 'app')).toMatchObject({ identityToken: 'refresh' })
      expect(await find('n.example', 'app')).toBeUndefined()
      await expect(find('b.example', 'app')).rejects.toMatchObject({
        code: 'ERR_CREDENTIAL_HELPER',
        message: expect.stringContaining('no dbus'),
      })
      await expect(find('m.example', 'app')).rejects.toThrow(code('ERR_CREDENTIAL_HELPER'))
      await expect(find('x.example', 'app')).rejects.toThrow(code('ERR_CREDENTIAL_HELPER'))
    })
  })
})
