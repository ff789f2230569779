import { isCofferdamError } from '@cofferdam/core'
import { loginHint } from '../auth/token.js'
import { RegistryError } from '../errors.js'
import { readBody, type HttpResponse } from './request.js'

const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 500)

interface RegistryMessage {
  readonly code: string
  readonly message: string
}

async function messages(response: HttpResponse): Promise<{ list: RegistryMessage[]; text: string }> {
  try {
    const text = (await readBody(response, 64 * 1024, 'error')).toString('utf8')
    try {
      const { errors } = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] }
      const list = (Array.isArray(errors) ? errors : []).map((item) => ({
        code: printable(String(item?.code ?? '')),
        message: printable(String(item?.message ?? '')),
      }))
      return { list, text: '' }
    } catch {
      return { list: [], text: printable(text).trim().slice(0, 200) }
    }
  } catch {
    return { list: [], text: '' }
  }
}

/** What was asked for, to choose the code of a 404. */
export type Subject = 'manifest' | 'blob' | 'upload' | 'other'

function kind(
  status: number,
  codes: readonly string[],
  subject: Subject,
): [code: string, hint: string | undefined] {
  if (status === 404 && codes.includes('NAME_UNKNOWN')) {
    return ['ERR_MANIFEST_UNKNOWN', 'there is no such repository: check its name, and that you may see it']
  }
  if (status === 404 && subject === 'manifest') {
    return [
      'ERR_MANIFEST_UNKNOWN',
      'check the name and the tag; the tags there are listed by the registry client',
    ]
  }
  if (status === 404 && subject === 'blob')
    return ['ERR_BLOB_UNKNOWN', 'the registry has lost a part of the image: push it again']
  if (status === 404 && subject === 'upload')
    return ['ERR_UPLOAD_UNKNOWN', 'the registry has dropped the upload: push again']
  if (status === 429) return ['ERR_REGISTRY_RATE_LIMITED', 'wait, log in for a higher limit, or use a mirror']
  if (status === 413) return ['ERR_TOO_LARGE', 'the registry does not take content of this size']
  if (codes.includes('DIGEST_INVALID'))
    return ['ERR_DIGEST_MISMATCH', 'the content was damaged on its way; push again']
  if (status >= 500)
    return ['ERR_REGISTRY_UNAVAILABLE', 'the registry is faulty or overloaded; try again later']
  return ['ERR_REGISTRY_REFUSED', undefined]
}

/** The error for an answer that is none of those expected. Reads the body for the registry's own messages. */
export async function answerError(
  response: HttpResponse,
  action: string,
  host: string,
  subject: Subject,
): Promise<RegistryError> {
  const { status } = response
  const { list, text } = await messages(response)
  const codes = list.map((item) => item.code)
  const said =
    list.map((item) => [item.code, item.message].filter((part) => part !== '').join(': ')).join('; ') || text
  const suffix = said === '' ? '' : `: ${said}`
  const common = { host, status, registryCodes: codes }
  if (status === 400 && /HTTP request to an HTTPS server/i.test(text)) {
    return new RegistryError(
      'ERR_REGISTRY_UNREACHABLE',
      `${action}: registry ${host} speaks TLS on this port`,
      {
        ...common,
        hint: 'put its CA into /etc/containers/certs.d/HOST/ca.crt; plain http is spoken to loopback only without one',
      },
    )
  }
  if (status === 401) {
    return new RegistryError(
      'ERR_REGISTRY_UNAUTHORIZED',
      `${action}: registry ${host} refuses the credentials${suffix}`,
      {
        ...common,
        hint: loginHint(host),
      },
    )
  }
  if (status === 403 && !codes.includes('DIGEST_INVALID')) {
    return new RegistryError('ERR_REGISTRY_DENIED', `${action}: registry ${host} denies it${suffix}`, {
      ...common,
      hint: 'the account may not do this there; ask the owner of the repository',
    })
  }
  const [code, hint] = kind(status, codes, subject)
  return new RegistryError(code, `${action}: registry ${host} answered ${status}${suffix}`, {
    ...common,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** True for errors after which the next mirror is worth a try. */
export function mayFailOver(error: unknown): boolean {
  return (
    isCofferdamError(error) &&
    [
      'ERR_REGISTRY_UNREACHABLE',
      'ERR_REGISTRY_UNAVAILABLE',
      'ERR_REGISTRY_UNAUTHORIZED',
      'ERR_REGISTRY_DENIED',
      'ERR_REGISTRY_RATE_LIMITED',
      'ERR_REGISTRY_REFUSED',
      'ERR_REGISTRY_REALM',
      'ERR_REGISTRY_TOKEN',
      'ERR_REGISTRY_PROTOCOL',
      'ERR_MANIFEST_UNKNOWN',
      'ERR_BLOB_UNKNOWN',
      'ERR_DIGEST_MISMATCH',
      'ERR_SIZE_MISMATCH',
      'ERR_MEDIA_TYPE_MISMATCH',
      'ERR_TOO_LARGE',
    ].includes(error.code)
  )
}
