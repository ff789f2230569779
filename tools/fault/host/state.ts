import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** A container's row, read without the engine. */
export interface Row {
  readonly id: string
  readonly name: string
  readonly status: string
  /** When it was started last; null for one that never was. */
  readonly started: number | null
  readonly pid: number | null
  readonly exit_code: number | null
  readonly signal: string | null
  readonly reason: string | null
  readonly config: string
  readonly attachment: string | null
  readonly auto_remove: number
  readonly owner_pid: number
}

/** What the database of a root says. */
export interface State {
  readonly rows: readonly Row[]
  /** Containers that own a row of a port. */
  readonly ports: readonly string[]
  /** Every id it has ever known. */
  readonly ids: ReadonlySet<string>
}

/** Reads the database of a root. */
export function readState(root: string): State {
  const db = new DatabaseSync(`${root}/store/state.db`, { timeout: 2000 })
  try {
    const rows = db.prepare('SELECT * FROM containers').all() as unknown as Row[]
    const ports = db.prepare('SELECT container FROM ports').all() as { container: string }[]
    const events = db.prepare('SELECT container FROM events').all() as { container: string }[]
    return {
      rows,
      ports: ports.map(({ container }) => container),
      ids: new Set([...rows.map(({ id }) => id), ...events.map(({ container }) => container)]),
    }
  } finally {
    db.close()
  }
}

/** This boot's id, which is in the path of the run-time root. */
export const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Names in a directory; none where there is no directory. */
export function entries(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
