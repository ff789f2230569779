import { RegistryError, redactUrl } from '../errors.js'

/** The target of the `rel="next"` link of a `Link` header (RFC 8288), resolved against `base`. */
export function nextLink(header: string | readonly string[] | undefined, base: URL): URL | undefined {
  const text = typeof header === 'string' ? header : header?.join(', ')
  for (const match of text?.matchAll(/<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)/g) ?? []) {
    if (!/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=[\s;,]|$))/i.test(match[2] ?? '')) continue
    const next = URL.canParse(match[1] as string, base.href)
      ? new URL(match[1] as string, base.href)
      : undefined
    if (next === undefined) return undefined
    if (next.origin !== base.origin) {
      throw new RegistryError(
        'ERR_REGISTRY_PROTOCOL',
        `${redactUrl(base)}: its next page points at another host, ${next.host}`,
        {
          host: base.host,
          hint: 'a link to another host is not followed; the registry is faulty or hostile',
        },
      )
    }
    return next
  }
  return undefined
}
