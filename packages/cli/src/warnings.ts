/** Drops Node 22's warning that `node:sqlite` is experimental; others are printed as before. */
export function silenceSqliteWarning(): void {
  const original = process.emitWarning.bind(process) as (...args: unknown[]) => void
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).includes('SQLite')) return
    original(warning, ...rest)
  }) as typeof process.emitWarning
}

/** Ends with a plain message on a Node that lacks what the engine needs. */
export function requireNode(version = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 15)) return
  process.stderr.write(`cofferdam: Node ${version} is too old: 22.15 or newer is needed\n`)
  process.exit(125)
}
