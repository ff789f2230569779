/** Identifies an element of a list by what it names, so that order does not count. */
const keys = ['destination', 'type', 'path']

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

interface Rule {
  names: string[]
  action: string
  args?: unknown[]
}

/** The configuration with its filter as the two lists that matter: calls allowed always, and under a condition. */
function withShortFilter(config: unknown): unknown {
  const { linux } = config as { linux?: { seccomp?: { syscalls?: Rule[] } } }
  const rules = linux?.seccomp?.syscalls
  if (rules === undefined) return config
  const allowed = (conditional: boolean): Record<string, true> =>
    Object.fromEntries(
      rules
        .filter(({ action, args }) => action === 'SCMP_ACT_ALLOW' && (args ?? []).length > 0 === conditional)
        .flatMap(({ names }) => names.map((name) => [name, true])),
    )
  return {
    ...(config as object),
    linux: { ...linux, seccomp: { allow: allowed(false), allowIf: allowed(true) } },
  }
}

const seccomp = /^linux\.seccomp\.(\w+)\.(\w+)$/

/**
 * Lines that say in what two configurations differ: "path: ours | theirs", `-` where one has nothing. Of seccomp
 * filters only the calls that one allows and the other does not, one line for each side.
 */
export function difference(ours: unknown, theirs: unknown): string[] {
  const [left, right] = [ours, theirs].map((config) => leaves(withShortFilter(config), '', new Map())) as [
    Map<string, string>,
    Map<string, string>,
  ]
  const lines: string[] = []
  const calls = new Map<string, string[]>()
  for (const path of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    if (left.get(path) === right.get(path)) continue
    const [, list, call] = seccomp.exec(path) ?? []
    if (call === undefined) lines.push(`${path}: ${left.get(path) ?? '-'} | ${right.get(path) ?? '-'}`)
    else {
      const side = `linux.seccomp.${list}, only ${left.has(path) ? 'ours' : 'theirs'}`
      calls.set(side, [...(calls.get(side) ?? []), call])
    }
  }
  return [...lines, ...[...calls].map(([side, names]) => `${side}: ${names.join(' ')}`)]
}
