/** Identifies an element of a list by what it names, so that order does not count. */
const keys = ['destination', 'type', 'path', 'names']

function label(value: unknown, index: number): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(index)
  const key = keys.find((name) => name in value)
  return key === undefined ? String(index) : String((value as Record<string, unknown>)[key])
}

function leaves(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  if (Array.isArray(value))
    value.forEach((item, index) => leaves(item, `${path}[${label(item, index)}]`, found))
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) leaves(item, path === '' ? key : `${path}.${key}`, found)
  else found.set(path, JSON.stringify(value))
  return found
}

/** Lines that say in what two configurations differ: "path: ours | theirs", `-` where one has nothing. */
export function difference(ours: unknown, theirs: unknown): string[] {
  const [left, right] = [leaves(ours, '', new Map()), leaves(theirs, '', new Map())]
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort()
  return paths
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => `${path}: ${left.get(path) ?? '-'} | ${right.get(path) ?? '-'}`)
}
