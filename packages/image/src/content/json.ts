import { CofferdamError, errorMessage } from '@cofferdam/core'

const quote = 34
const backslash = 92

function endOfString(text: string, start: number): number {
  let at = start + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === quote) return at + 1
    at += code === backslash ? 2 : 1
  }
}

/** The first key that occurs twice in one object of a valid JSON text. */
function duplicateKey(text: string): string | undefined {
  const objects: (Set<string> | undefined)[] = []
  let keyNext = false
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case '{':
        objects.push(new Set())
        keyNext = true
        break
      case '[':
        objects.push(undefined)
        keyNext = false
        break
      case '}':
      case ']':
        objects.pop()
        keyNext = false
        break
      case ',':
        keyNext = objects.at(-1) !== undefined
        break
      case '"': {
        const end = endOfString(text, at)
        if (keyNext) {
          const key = JSON.parse(text.slice(at, end)) as string
          const keys = objects.at(-1)
          if (keys?.has(key)) return key
          keys?.add(key)
          keyNext = false
        }
        at = end - 1
        break
      }
    }
  }
  return undefined
}

/**
 * Parses exactly these bytes as I-JSON (RFC 7493): valid UTF-8, no key twice in an object, so that every reader of
 * the document sees the same.
 * @param name what the document is, for the error
 * @throws CofferdamError `ERR_INVALID_JSON`
 */
export function parseJson(bytes: Uint8Array, name: string): unknown {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new CofferdamError('ERR_INVALID_JSON', `${name}: ${errorMessage(cause)}`, { cause })
  }
  const key = duplicateKey(text)
  if (key !== undefined) {
    throw new CofferdamError(
      'ERR_INVALID_JSON',
      `${name}: the key ${JSON.stringify(key.slice(0, 80))} occurs twice`,
      {
        hint: 'readers would disagree about such a document; whoever made it has to write the key once',
      },
    )
  }
  return value
}
