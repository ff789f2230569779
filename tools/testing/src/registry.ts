import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createSign, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Options of {@link startRegistry}. */
export interface RegistryOptions {
  /** `basic`: htpasswd; `token`: a token server that knows one user and gives anonymous users only `pull` of `public/*`. */
  readonly auth?: 'none' | 'basic' | 'token'
  /** Serve TLS with a certificate of its own authority, `caFile`. */
  readonly tls?: boolean
  /** Act as a pull-through mirror of the registry at this URL. */
  readonly proxyOf?: string
}

/** A running `docker-registry` (Debian's package) on a loopback port of its own. */
export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  readonly pid: number
  readonly username: string
  readonly password: string
  /** Where its blobs are, to be damaged by tests. */
  readonly storage: string
  /** Certificate of the authority, with `tls`. */
  readonly caFile: string
  /** Paths and queries the token server was asked, oldest first. */
  readonly tokenRequests: readonly string[]
  stop(): Promise<void>
}

const username = 'alice'
const password = 'correct horse'

async function makeCertificate(directory: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=registry', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-keyout', key, '-out', cert],
  ])
  return { cert, key }
}

function allowed(scope: string, user: boolean): { type: string; name: string; actions: string[] } {
  const [type = '', name = '', actions = ''] = scope.split(':')
  const granted = actions
    .split(',')
    .filter((action) => user || (action === 'pull' && name.startsWith('public/')))
  return { type, name, actions: granted }
}

/** A token server as distribution's spec/auth/token.md describes it. */
async function startTokenServer(
  directory: string,
  requests: string[],
): Promise<{ server: Server; cert: string }> {
  const { cert, key } = await makeCertificate(directory)
  const [certificate, secret] = [await readFile(cert, 'utf8'), await readFile(key, 'utf8')]
  const x5c = [certificate.replace(/-----[A-Z ]+-----|\s/g, '')]
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`)
    const url = new URL(request.url ?? '/', 'http://localhost')
    const given = request.headers.authorization
    const right = given === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    if (given !== undefined && !right) return void response.writeHead(401).end('{}')
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: 'test',
      sub: right ? username : '',
      aud: url.searchParams.get('service'),
      exp: now + 300,
      nbf: now - 5,
      iat: now,
      jti: randomUUID(),
      access: url.searchParams.getAll('scope').map((scope) => allowed(scope, right)),
    }
    const payload = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`
    const signature = createSign('sha256')
      .update(payload)
      .sign({ key: secret, dsaEncoding: 'ieee-p1363' }, 'base64url')
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ token: `${payload}.${signature}`, expires_in: 300 }))
  }
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, cert }
}

const portOf = (server: Server): number => (server.address() as { port: number }).port

async function listening(child: ChildProcess): Promise<string> {
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stderr! })) {
    lines.push(line)
    const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error(`docker-registry ended: ${lines.slice(-5).join('\n')}`)
}

/**
 * Starts Debian's docker-registry with a configuration of its own in a temporary directory, on a port the kernel
 * chooses; deletion is enabled. `stop` (or dispose) ends it by its pid and removes everything.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'cofferdam-registry-'))
  const storage = join(directory, 'storage')
  const tokenRequests: string[] = []
  let tokens: Server | undefined
  let child: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    tokens?.close()
    tokens?.closeAllConnections()
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      // Unreferenced until now: the end has to be waited for.
      child.ref()
      child.kill('SIGKILL')
      await exited
    }
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const config: Record<string, unknown> = {
      version: '0.1',
      log: { level: 'info', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
      http: { addr: '127.0.0.1:0', secret: randomUUID() },
    }
    let caFile = ''
    if (options.tls === true) {
      const { cert, key } = await makeCertificate(directory)
      caFile = cert
      config['http'] = { ...(config['http'] as object), tls: { certificate: cert, key } }
    }
    if (options.proxyOf !== undefined) config['proxy'] = { remoteurl: options.proxyOf }
    if (options.auth === 'basic') {
      const path = join(directory, 'htpasswd')
      const { stdout } = await run('htpasswd', ['-nbB', username, password])
      await writeFile(path, stdout)
      config['auth'] = { htpasswd: { realm: 'test', path } }
    }
    if (options.auth === 'token') {
      const started = await startTokenServer(directory, tokenRequests)
      tokens = started.server
      const realm = `http://127.0.0.1:${portOf(tokens)}/token`
      config['auth'] = {
        token: { realm, service: 'test registry', issuer: 'test', rootcertbundle: started.cert },
      }
    }
    const file = join(directory, 'config.yml')
    // JSON is YAML.
    await writeFile(file, JSON.stringify(config))
    const registry = spawn('docker-registry', ['serve', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
    })
    child = registry
    registry.unref()
    const failed = new Promise<never>((_resolve, reject) => registry.once('error', reject))
    const host = await Promise.race([listening(registry), failed])
    registry.stderr.resume()
    ;(registry.stderr as Socket).unref()
    const pid = registry.pid as number
    return {
      host,
      pid,
      username,
      password,
      storage,
      caFile,
      tokenRequests,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
