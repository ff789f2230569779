import type { Credentials } from '../credentials/credentials.js'
import { RegistryError, redactUrl } from '../errors.js'
import { discard, readBody, type HttpResponse } from '../http/request.js'

/** Bytes of the largest answer of a token server that is read. */
export const maxTokenSize = 128 * 1024

/** A bearer token and how long it may be used. */
export interface Token {
  readonly token: string
  /** Milliseconds it is valid from now on. */
  readonly lifetime: number
}

/** What a token is asked for. */
export interface TokenRequest {
  readonly realm: URL
  readonly service: string | undefined
  readonly scopes: readonly string[]
  readonly credentials: Credentials | undefined
  /** The registry it is for, for messages. */
  readonly host: string
  readonly signal?: AbortSignal
}

/** Sends a request to the token server; no redirects to other hosts, no credentials but those given. */
export type TokenTransport = (
  method: 'GET' | 'POST',
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | undefined,
  signal: AbortSignal | undefined,
) => Promise<HttpResponse>

const clientId = 'cofferdam'

/** Basic authentication. Source: RFC 7617. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function get(request: TokenRequest, transport: TokenTransport): Promise<HttpResponse> {
  const { realm, service, scopes, credentials, signal } = request
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const headers: Record<string, string> = {}
  if (credentials?.username !== undefined && credentials.password !== undefined) {
    url.searchParams.set('account', credentials.username)
    headers['authorization'] = basic(credentials.username, credentials.password)
  }
  return transport('GET', url, headers, undefined, signal)
}

function post(request: TokenRequest, transport: TokenTransport): Promise<HttpResponse> {
  const { realm, service, scopes, credentials, signal } = request
  const form = new URLSearchParams({ client_id: clientId })
  if (service !== undefined) form.set('service', service)
  if (scopes.length > 0) form.set('scope', scopes.join(' '))
  if (credentials?.identityToken !== undefined) {
    form.set('grant_type', 'refresh_token')
    form.set('refresh_token', credentials.identityToken)
  } else {
    form.set('grant_type', 'password')
    form.set('username', credentials?.username ?? '')
    form.set('password', credentials?.password ?? '')
  }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return transport('POST', realm, headers, Buffer.from(form.toString()), signal)
}

async function read(request: TokenRequest, response: HttpResponse): Promise<Token> {
  const { host, credentials } = request
  const name = `token server ${redactUrl(request.realm)} of registry ${host}`
  if (response.status !== 200) {
    discard(response)
    const { status } = response
    if (status === 401 || status === 403 || status === 400) {
      const who =
        credentials?.username === undefined ? '' : ` for user ${JSON.stringify(credentials.username)}`
      const from = credentials?.source === undefined ? '' : ` (from ${credentials.source})`
      throw new RegistryError(
        'ERR_REGISTRY_UNAUTHORIZED',
        credentials === undefined
          ? `registry ${host}: its token server gives no anonymous access (${status})`
          : `registry ${host}: the credentials${who}${from} were refused (${status})`,
        { host, status, hint: loginHint(host) },
      )
    }
    throw new RegistryError('ERR_REGISTRY_TOKEN', `${name}: answered ${status}`, {
      host,
      status,
      hint: 'the token server is faulty or overloaded; try again later',
    })
  }
  const bytes = await readBody(response, maxTokenSize, name)
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
  } catch {
    throw new RegistryError('ERR_REGISTRY_TOKEN', `${name}: its answer is not JSON`, { host })
  }
  const token = [fields?.['token'], fields?.['access_token']].find(
    (item) => typeof item === 'string' && item !== '',
  )
  // A token goes into a header: no line breaks or spaces.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new RegistryError('ERR_REGISTRY_TOKEN', `${name}: its answer has no token`, { host })
  }
  const seconds =
    typeof fields['expires_in'] === 'number' && fields['expires_in'] > 0 ? fields['expires_in'] : 60
  return { token, lifetime: Math.max(60, seconds) * 1000 }
}

/** What to do about refused or missing credentials. */
export function loginHint(host: string): string {
  return `log in with \`docker login ${host}\` or \`podman login ${host}\`, or check name and password`
}

/**
 * Gets a bearer token: GET with Basic, or with an identity token OAuth2's POST; a server that does not take the GET of a
 * user is asked by POST. Source: distribution, spec/auth/token.md and oauth.md.
 * @throws RegistryError `ERR_REGISTRY_UNAUTHORIZED`, `ERR_REGISTRY_TOKEN`
 * @throws CofferdamError `ERR_TOO_LARGE`
 */
export async function fetchToken(request: TokenRequest, transport: TokenTransport): Promise<Token> {
  const { credentials } = request
  if (credentials?.identityToken !== undefined) return read(request, await post(request, transport))
  const response = await get(request, transport)
  if (credentials?.password !== undefined && [400, 404, 405].includes(response.status)) {
    discard(response)
    return read(request, await post(request, transport))
  }
  return read(request, response)
}
