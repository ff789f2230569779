import { parseDigest, isDigest, type Digest } from './digest.js'

/** What the grammar found in a text, before Docker's defaults are applied. */
export interface ParsedReference {
  readonly domain: string | undefined
  readonly path: string
  readonly tag: string | undefined
  readonly digest: Digest | undefined
}

/** Where and why a text is no reference; `at` counts from 0. */
export interface ReferenceProblem {
  readonly at: number
  readonly reason: string
}

const maxPath = 255
const maxTag = 128
const maxText = 4096

/** A domain is recognised by a dot, a colon, an upper-case letter, or by being `localhost`. */
function looksLikeDomain(component: string): boolean {
  return component === 'localhost' || /[.:[\]]/.test(component) || component !== component.toLowerCase()
}

function show(character: string): string {
  if (character === ' ') return 'a space'
  if (/\s/.test(character)) return `white space (${JSON.stringify(character)})`
  return JSON.stringify(character)
}

function firstBad(text: string, allowed: RegExp): number {
  let at = 0
  for (const character of text) {
    if (!allowed.test(character)) return at
    at += character.length
  }
  return -1
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) as number)
}

function checkDomain(domain: string): ReferenceProblem | undefined {
  let host = domain
  let port: string | undefined
  if (domain.startsWith('[')) {
    const end = domain.indexOf(']')
    if (end < 0) return { at: 0, reason: 'the bracket of the IPv6 address is not closed' }
    host = domain.slice(0, end + 1)
    const rest = domain.slice(end + 1)
    if (rest !== '' && !rest.startsWith(':')) {
      return {
        at: end + 1,
        reason: `${show(characterAt(rest, 0))} after the IPv6 address; a port begins with a colon`,
      }
    }
    if (rest !== '') port = rest.slice(1)
    const bad = firstBad(host.slice(1, -1), /[a-fA-F0-9:]/)
    if (bad >= 0) return { at: bad + 1, reason: `${show(characterAt(host, bad + 1))} in an IPv6 address` }
    if (host.length === 2) return { at: 1, reason: 'the IPv6 address is empty' }
  } else {
    const colon = domain.indexOf(':')
    if (colon >= 0) {
      host = domain.slice(0, colon)
      port = domain.slice(colon + 1)
    }
    const bad = firstBad(host, /[a-zA-Z0-9.-]/)
    if (bad >= 0) return { at: bad, reason: `${show(characterAt(host, bad))} in the name of the registry` }
    let at = 0
    for (const label of host.split('.')) {
      if (label === '') return { at, reason: 'the name of the registry has an empty part' }
      if (label.startsWith('-')) return { at, reason: 'a part of the name of the registry begins with "-"' }
      if (label.endsWith('-')) {
        return { at: at + label.length - 1, reason: 'a part of the name of the registry ends with "-"' }
      }
      at += label.length + 1
    }
  }
  if (port !== undefined) {
    const start = domain.length - port.length
    if (port === '') return { at: start - 1, reason: 'there is no port after the colon' }
    const bad = firstBad(port, /[0-9]/)
    if (bad >= 0)
      return { at: start + bad, reason: `${show(characterAt(port, bad))} in the port of the registry` }
    if (port.length > 5 || Number(port) > 65535) return { at: start, reason: 'the port is above 65535' }
  }
  return undefined
}

/** `a.b_c__d---e`: alphanumerics joined by one dot, one or two underscores, or any number of dashes. */
function checkPath(path: string): ReferenceProblem | undefined {
  const bad = firstBad(path, /[a-z0-9._/-]/)
  if (bad >= 0) {
    const character = characterAt(path, bad)
    return /[A-Z]/.test(character)
      ? { at: bad, reason: `${show(character)}: a repository is written in lower case` }
      : { at: bad, reason: `${show(character)} in the name of the repository` }
  }
  let at = 0
  for (const component of path.split('/')) {
    if (component === '') return { at, reason: 'the repository has an empty part' }
    const match = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*/.exec(component)
    if (match === null)
      return { at, reason: `a part of the repository begins with ${show(component.charAt(0))}` }
    if (match[0].length !== component.length) {
      return {
        at: at + match[0].length,
        reason: `${show(component.charAt(match[0].length))} is not followed by a letter or digit`,
      }
    }
    at += component.length + 1
  }
  if (path.length > maxPath)
    return { at: maxPath, reason: `the repository is longer than ${maxPath} characters` }
  return undefined
}

function checkTag(tag: string): ReferenceProblem | undefined {
  if (tag === '') return { at: 0, reason: 'there is no tag after the colon' }
  const bad = firstBad(tag, /[\w.-]/)
  if (bad >= 0) return { at: bad, reason: `${show(characterAt(tag, bad))} in the tag` }
  if (/^[.-]/.test(tag)) return { at: 0, reason: `the tag begins with ${show(tag.charAt(0))}` }
  if (tag.length > maxTag) return { at: maxTag, reason: `the tag is longer than ${maxTag} characters` }
  return undefined
}

function checkDigest(text: string): ReferenceProblem | undefined {
  if (isDigest(text)) return undefined
  const colon = text.indexOf(':')
  if (colon < 1) return { at: 0, reason: 'the digest has no algorithm before a colon' }
  const algorithm = text.slice(0, colon)
  if (algorithm !== 'sha256' && algorithm !== 'sha512') {
    return { at: 0, reason: `the digest algorithm ${JSON.stringify(algorithm)} is not supported` }
  }
  const bad = firstBad(text.slice(colon + 1), /[a-f0-9]/)
  if (bad >= 0) {
    return {
      at: colon + 1 + bad,
      reason: `${show(characterAt(text, colon + 1 + bad))} in the digest; it is written with 0-9 and a-f`,
    }
  }
  const length = algorithm === 'sha256' ? 64 : 128
  return {
    at: colon + 1,
    reason: `the digest has ${text.length - colon - 1} hexadecimal digits instead of ${length}`,
  }
}

const shift = (problem: ReferenceProblem | undefined, by: number): ReferenceProblem | undefined =>
  problem && { at: problem.at + by, reason: problem.reason }

/**
 * Reads `[domain/]path[:tag][@digest]`, or says where it is none. The grammar is that of
 * github.com/distribution/reference; a first component is a domain as Docker decides it (normalize.go).
 */
export function readReference(text: string): ParsedReference | ReferenceProblem {
  if (text === '') return { at: 0, reason: 'it is empty' }
  if (text.length > maxText) return { at: maxText, reason: `it is longer than ${maxText} characters` }
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.exec(text)
  if (scheme !== null) return { at: scheme[0].length - 3, reason: `a reference has no scheme (${scheme[0]})` }
  if (/^[a-f0-9]{64}$/.test(text)) {
    return { at: 0, reason: '64 hexadecimal digits are an image id, not the name of a repository' }
  }
  const slash = text.indexOf('/')
  const first = slash < 0 ? '' : text.slice(0, slash)
  const domain = slash >= 0 && looksLikeDomain(first) ? first : undefined
  const pathStart = domain === undefined ? 0 : slash + 1
  const at = text.indexOf('@', pathStart)
  const nameEnd = at < 0 ? text.length : at
  const colon = text.slice(pathStart, nameEnd).indexOf(':')
  const pathEnd = colon < 0 ? nameEnd : pathStart + colon
  const path = text.slice(pathStart, pathEnd)
  const tag = colon < 0 ? undefined : text.slice(pathEnd + 1, nameEnd)
  const digest = at < 0 ? undefined : text.slice(at + 1)
  const problem =
    (domain === undefined ? undefined : checkDomain(domain)) ??
    shift(checkPath(path), pathStart) ??
    (tag === undefined ? undefined : shift(checkTag(tag), pathEnd + 1)) ??
    (digest === undefined ? undefined : shift(checkDigest(digest), at + 1))
  if (problem !== undefined) return problem
  return { domain, path, tag, digest: digest === undefined ? undefined : parseDigest(digest) }
}
