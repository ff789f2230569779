import type { DatabaseSync } from 'node:sqlite'
import { CofferdamError } from '@cofferdam/core'

/** Steps from each schema version to the next; a released step is never changed. */
const steps = [
  `CREATE TABLE containers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    image TEXT NOT NULL,
    config TEXT NOT NULL,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    started INTEGER,
    finished INTEGER,
    pid INTEGER,
    exit_code INTEGER,
    signal TEXT,
    oom_killed INTEGER,
    attachment TEXT,
    auto_remove INTEGER NOT NULL,
    owner_pid INTEGER NOT NULL,
    owner_start TEXT NOT NULL,
    boot_id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE ports (
    protocol TEXT NOT NULL,
    host_ip TEXT NOT NULL,
    host_port INTEGER NOT NULL,
    container TEXT NOT NULL REFERENCES containers(id) ON DELETE CASCADE,
    PRIMARY KEY (protocol, host_ip, host_port)
  ) STRICT, WITHOUT ROWID`,
  `ALTER TABLE containers ADD COLUMN reason TEXT;
  CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    action TEXT NOT NULL,
    container TEXT NOT NULL,
    name TEXT NOT NULL,
    image TEXT NOT NULL,
    attributes TEXT NOT NULL
  ) STRICT`,
]

/**
 * Brings a database to the newest schema; call it in a write transaction.
 * @throws CofferdamError `ERR_STATE_VERSION` when a newer release made the file
 */
export function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > steps.length) {
    throw new CofferdamError(
      'ERR_STATE_VERSION',
      `the state has schema ${version}, this release knows up to ${steps.length}`,
      {
        hint: 'use the release that made it, or a newer one',
      },
    )
  }
  for (const step of steps.slice(version)) db.exec(step)
  if (version < steps.length) db.exec(`PRAGMA user_version = ${steps.length}`)
}
