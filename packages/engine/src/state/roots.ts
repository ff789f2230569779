import { mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where an engine keeps its things; both directories are 0700. */
export interface Roots {
  /** Images, layers, snapshots, logs and the database: survives a reboot. */
  readonly store: string
  /** Leases, runtime state, generated files: of this boot only. */
  readonly run: string
}

/** The kernel's random id of this boot (random(4), `/proc/sys/kernel/random/boot_id`). */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/**
 * The roots of an engine: `root` or `COFFERDAM_ROOT` moves both (`ROOT/store`, `ROOT/run`); else
 * `/var/lib/cofferdam` and `/run/cofferdam` for root, the XDG data and runtime directories for a user.
 */
export function resolveRoots(
  root: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
  uid = process.getuid?.() ?? 0,
): Roots {
  const moved = root ?? (env['COFFERDAM_ROOT'] || undefined)
  if (moved !== undefined) return { store: join(moved, 'store'), run: join(moved, 'run') }
  if (uid === 0) return { store: '/var/lib/cofferdam', run: '/run/cofferdam' }
  const data = env['XDG_DATA_HOME'] || join(homedir(), '.local/share')
  const runtime = env['XDG_RUNTIME_DIR'] || `/run/user/${uid}`
  return { store: join(data, 'cofferdam'), run: join(runtime, 'cofferdam') }
}

/** Makes the roots and the folders in them; the run-time side is keyed by boot id. */
export function prepareRoots(roots: Roots): Roots {
  const run = join(roots.run, bootId())
  for (const path of [
    roots.store,
    roots.run,
    run,
    join(run, 'containers'),
    join(roots.store, 'snapshots'),
    join(roots.store, 'containers'),
  ]) {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  }
  return { store: roots.store, run }
}
