import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import { bootId } from '@cofferdam/sys'

/** Where an engine keeps its things; both directories are 0700. */
export interface Roots {
  /** Images, layers, snapshots, logs and the database: survives a reboot. */
  readonly store: string
  /** Leases, runtime state, generated files: of this boot only. */
  readonly run: string
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

/**
 * Makes the roots and the folders in them; the run-time side is keyed by boot id.
 * @throws CofferdamError `ERR_ROOT`
 */
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
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 })
      accessSync(path, constants.W_OK | constants.X_OK)
    } catch (error) {
      throw rootError(path, error)
    }
  }
  return { store: roots.store, run }
}

function rootError(path: string, cause: unknown): CofferdamError {
  const errno = (cause as NodeJS.ErrnoException).code
  return new CofferdamError('ERR_ROOT', `make the engine's directory ${path}: ${errorMessage(cause)}`, {
    path,
    cause,
    ...(errno === undefined ? {} : { errno }),
    hint: isErrno(cause, 'EACCES', 'EPERM', 'EROFS')
      ? 'run as root, or name a directory of your own with the option root or COFFERDAM_ROOT'
      : 'choose another directory with the option root or COFFERDAM_ROOT',
  })
}
