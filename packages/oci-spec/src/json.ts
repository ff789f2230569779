import { CofferdamError, errorMessage } from '@cofferdam/core'
import { formatPath, type Key } from './path.js'

/** Bounds and the name of what {@link parseJson} reads. */
export interface ParseJsonOptions {
  /** What is read, for messages; `the document` unless given. */
  readonly name?: string
  /** Most bytes; 4 MiB unless given, the limit of image-spec for manifests. */
  readonly maxBytes?: number
  /** Deepest nesting of arrays and objects; 100 unless given. */
  readonly maxDepth?: number
}

const invalid = (message: string, path?: string, cause?: unknown) =>
  new CofferdamError('ERR_INVALID_JSON', message, { ...(path !== undefined && { path }), cause })

interface Level {
  /** Keys so far; undefined in an array. */
  readonly keys: Set<string> | undefined
  /** The key or index at hand. */
  at: Key
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],]/g

/** Walks text that is known to be JSON; throws at a key that its object already has. */
function refuseDuplicates(text: string, name: string, maxDepth: number): void {
  const levels: Level[] = []
  let expectKey = false
  for (const [part] of text.matchAll(token)) {
    const top = levels.at(-1)
    if (part === '{' || part === '[') {
      if (levels.length === maxDepth) throw invalid(`${name} is nested deeper than ${maxDepth} levels`)
      levels.push({ keys: part === '{' ? new Set() : undefined, at: part === '{' ? '' : 0 })
      expectKey = part === '{'
    } else if (part === '}' || part === ']') {
      levels.pop()
      expectKey = false
    } else if (part === ',') {
      expectKey = top!.keys !== undefined
      if (typeof top!.at === 'number') top!.at++
    } else if (expectKey) {
      const key = JSON.parse(part) as string
      if (top!.keys!.has(key)) {
        const path = formatPath(levels.slice(0, -1).map((level) => level.at))
        throw invalid(`${name}: at ${path || 'the top'}: the key ${JSON.stringify(key)} appears twice`, path)
      }
      top!.keys!.add(key)
      top!.at = key
      expectKey = false
    }
  }
}

/**
 * JSON of an untrusted document. Stricter than JSON.parse: bytes must be UTF-8 without a byte order mark, and a key
 * that appears twice in one object is refused, because readers differ in which value they take (RFC 8259, section 4).
 * Numbers beyond 2^53 are rounded: 18446744073709551615 becomes 2^64.
 * Throws ERR_INVALID_JSON.
 */
export function parseJson(input: Uint8Array | string, options: ParseJsonOptions = {}): unknown {
  const { name = 'the document', maxBytes = 4 << 20, maxDepth = 100 } = options
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength
  if (size > maxBytes) throw invalid(`${name} has ${size} bytes, more than ${maxBytes}`)
  let text: string
  let value: unknown
  try {
    text =
      typeof input === 'string'
        ? input
        : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input)
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid(`${name} is not JSON: ${errorMessage(cause)}`, undefined, cause)
  }
  refuseDuplicates(text, name, maxDepth)
  return value
}
