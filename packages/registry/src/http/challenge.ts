/** One challenge of a `WWW-Authenticate` header. */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const quoted = /"((?:[^"\\]|\\.)*)"/y

/**
 * Parses the challenges of a `WWW-Authenticate` header, several of them as well. What is malformed ends the list; it
 * is never guessed at. Source: RFC 9110 section 11.6.1.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  const skip = (): void => void take(/[\s,]*/y)
  if (header.length > 16384) return []
  for (skip(); at < header.length; skip()) {
    const name = take(token)?.[0].toLowerCase()
    if (name === undefined) break
    const equals = take(/\s*=\s*/y)
    if (equals === null) {
      challenges.push({ scheme: name, parameters: Object.create(null) as Record<string, string> })
      continue
    }
    const value = take(quoted)?.[1]?.replace(/\\(.)/g, '$1') ?? take(token)?.[0]
    const current = challenges.at(-1)
    if (value === undefined || current === undefined) break
    current.parameters[name] ??= value
  }
  return challenges
}
