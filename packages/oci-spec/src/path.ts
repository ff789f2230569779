/** A step into a JSON document. */
export type Key = string | number

/** `['linux', 'namespaces', 0, 'os.version']` as `linux.namespaces[0]["os.version"]`; nothing is the document itself. */
export function formatPath(keys: readonly Key[]): string {
  return keys
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`
      return /^[A-Za-z_$][\w$-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
    })
    .join('')
    .replace(/^\./, '')
}

/** The keys of a JSON pointer (RFC 6901) into `root`, with numbers for the indexes of arrays. */
export function pointerKeys(pointer: string, root: unknown): Key[] {
  let at = root
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const key = Array.isArray(at) ? Number(name) : name
      at = (at as Record<Key, unknown> | undefined)?.[key]
      return key
    })
}

/** The value at `keys` of `root`. */
export function valueAt(root: unknown, keys: readonly Key[]): unknown {
  return keys.reduce<unknown>((at, key) => (at as Record<Key, unknown> | undefined)?.[key], root)
}
