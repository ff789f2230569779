import { readReference } from './grammar.js'

/** Repairs of what people mistype, each applied to the result of the ones before it. */
const repairs: ((text: string) => string)[] = [
  (text) => text.replace(/^\s+|\s+$|\s+(?=[:/@])|(?<=[:/@])\s+/g, ''),
  (text) => text.replace(/^([^\s@]*\/)?([^\s:@]+)\s+([\w.-]+)$/, '$1$2:$3'),
  (text) => text.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//, ''),
  (text) => text.replace(/^["'`]+|["'`]+$/g, ''),
  (text) => text.replace(/[/:@]+$/, ''),
  (text) => text.replace(/([^:])\/\/+/g, '$1/'),
  (text) => text.replace(/@SHA(256|512):([A-Fa-f0-9]+)$/i, (all) => all.toLowerCase()),
  lowerPath,
]

function lowerPath(text: string): string {
  const slash = text.indexOf('/')
  const first = slash < 0 ? '' : text.slice(0, slash)
  const start = /[.:[\]]/.test(first) || first === 'localhost' ? slash + 1 : 0
  const tag = /[:@]/.exec(text.slice(start))
  const end = tag === null ? text.length : start + tag.index
  return text.slice(0, start) + text.slice(start, end).toLowerCase() + text.slice(end)
}

/** The reference that was probably meant by a text that is none, or undefined. */
export function suggestReference(text: string): string | undefined {
  let repaired = text
  for (const repair of repairs) {
    repaired = repair(repaired)
    if (repaired !== text && !('reason' in readReference(repaired))) return repaired
  }
  return undefined
}
