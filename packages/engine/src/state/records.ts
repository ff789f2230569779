import { CofferdamError, isErrno } from '@cofferdam/core'
import type { StateDatabase } from './database.js'
import type { Owner } from './owner.js'

/** Life of a container as the database has it. */
export type ContainerStatus = 'created' | 'running' | 'exited'

/** One container as stored; `config` and `attachment` are JSON. */
export interface ContainerRecord {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly config: string
  readonly status: ContainerStatus
  /** Milliseconds since the epoch, as the other times. */
  readonly created: number
  readonly started: number | null
  readonly finished: number | null
  readonly pid: number | null
  readonly exit_code: number | null
  readonly signal: string | null
  readonly oom_killed: number | null
  readonly attachment: string | null
  readonly auto_remove: number
  readonly owner_pid: number
  readonly owner_start: string
  readonly boot_id: string
}

/** A host port that is published: unique over all containers of the root. */
export interface PortRow {
  readonly protocol: string
  readonly host_ip: string
  readonly host_port: number
}

/** The owner named by a record. */
export function recordOwner(record: ContainerRecord): Owner {
  return { pid: record.owner_pid, start: record.owner_start, boot: record.boot_id }
}

/** What {@link insertContainer} stores of a new container. */
export interface NewContainer {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly config: string
  readonly autoRemove: boolean
  readonly owner: Owner
  readonly ports: readonly PortRow[]
}

/**
 * Stores a new container with its explicitly published ports, or nothing.
 * @throws CofferdamError `ERR_NAME_IN_USE`, `ERR_PORT_IN_USE`
 */
export function insertContainer(db: StateDatabase, fresh: NewContainer, signal?: AbortSignal): Promise<void> {
  return db.transaction(() => {
    const holder = db.get<{ id: string }>('SELECT id FROM containers WHERE name = ?', fresh.name)
    if (holder !== undefined) {
      throw new CofferdamError(
        'ERR_NAME_IN_USE',
        `the name ${fresh.name} belongs to container ${holder.id.slice(0, 12)}`,
        {
          path: fresh.name,
          hint: `remove it (cofferdam rm ${fresh.name}) or choose another name`,
        },
      )
    }
    db.run(
      `INSERT INTO containers (id, name, image, config, status, created, auto_remove, owner_pid, owner_start, boot_id)
       VALUES (?, ?, ?, ?, 'created', ?, ?, ?, ?, ?)`,
      fresh.id,
      fresh.name,
      fresh.image,
      fresh.config,
      Date.now(),
      fresh.autoRemove ? 1 : 0,
      fresh.owner.pid,
      fresh.owner.start,
      fresh.owner.boot,
    )
    for (const port of fresh.ports) insertPort(db, fresh.id, port)
  }, signal)
}

function insertPort(db: StateDatabase, id: string, port: PortRow): void {
  const overlap = port.host_ip === '0.0.0.0' ? '' : "AND host_ip IN (?, '0.0.0.0')"
  const values = port.host_ip === '0.0.0.0' ? [] : [port.host_ip]
  const holder = db.get<{ name: string }>(
    `SELECT c.name FROM ports p JOIN containers c ON c.id = p.container
     WHERE p.protocol = ? AND p.host_port = ? AND c.status <> 'exited' ${overlap}`,
    port.protocol,
    port.host_port,
    ...values,
  )
  if (holder !== undefined) {
    throw new CofferdamError(
      'ERR_PORT_IN_USE',
      `port ${port.host_port}/${port.protocol} is published by container ${holder.name}`,
      {
        path: `${port.host_ip}:${port.host_port}/${port.protocol}`,
        hint: 'choose another host port, or stop that container',
      },
    )
  }
  db.run(
    'INSERT OR REPLACE INTO ports (protocol, host_ip, host_port, container) VALUES (?, ?, ?, ?)',
    port.protocol,
    port.host_ip,
    port.host_port,
    id,
  )
}

/** Marks a container as running under its pid, with what the network gave it. */
export function markRunning(
  db: StateDatabase,
  id: string,
  pid: number,
  attachment: string | null,
): Promise<void> {
  return db.transaction(() => {
    db.run(
      "UPDATE containers SET status = 'running', started = ?, pid = ?, attachment = ? WHERE id = ?",
      Date.now(),
      pid,
      attachment,
      id,
    )
  })
}

/** What is known of an exit; `exitCode` is null after death by a signal or when nobody saw it. */
export interface ExitFacts {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly oomKilled: boolean | undefined
}

/** Records an exit and frees the host ports. */
export function markExited(db: StateDatabase, id: string, exit: ExitFacts): Promise<void> {
  return db.transaction(() => {
    db.run(
      "UPDATE containers SET status = 'exited', finished = ?, pid = NULL, attachment = NULL, exit_code = ?, signal = ?, oom_killed = ? WHERE id = ?",
      Date.now(),
      exit.exitCode,
      exit.signal,
      exit.oomKilled === undefined ? null : Number(exit.oomKilled),
      id,
    )
    db.run('DELETE FROM ports WHERE container = ?', id)
  })
}

/** Forgets a container and its ports. */
export function deleteContainer(db: StateDatabase, id: string): Promise<void> {
  return db.transaction(() => {
    db.run('DELETE FROM ports WHERE container = ?', id)
    db.run('DELETE FROM containers WHERE id = ?', id)
  })
}

/** All containers, newest first. */
export function listContainers(db: StateDatabase): ContainerRecord[] {
  return db.all<ContainerRecord>('SELECT * FROM containers ORDER BY created DESC, rowid DESC')
}

/**
 * The container with this id, name, or unique beginning of an id.
 * @throws CofferdamError `ERR_CONTAINER_NOT_FOUND`, `ERR_CONTAINER_AMBIGUOUS`
 */
export function findContainer(db: StateDatabase, key: string): ContainerRecord {
  const exact = db.get<ContainerRecord>('SELECT * FROM containers WHERE id = ?1 OR name = ?1', key)
  if (exact !== undefined) return exact
  const begin = /^[0-9a-f]+$/.test(key)
    ? db.all<ContainerRecord>('SELECT * FROM containers WHERE id GLOB ? LIMIT 2', `${key}*`)
    : []
  if (begin.length > 1) {
    throw new CofferdamError(
      'ERR_CONTAINER_AMBIGUOUS',
      `several containers have an id that begins with ${key}`,
      { path: key },
    )
  }
  if (begin[0] === undefined) {
    throw new CofferdamError('ERR_CONTAINER_NOT_FOUND', `no container ${key}`, {
      path: key,
      hint: 'list them with cofferdam ps -a',
    })
  }
  return begin[0]
}

/** True for the error of a name that another container has. */
export function isNameTaken(error: unknown): boolean {
  return isErrno(error, 'ERR_NAME_IN_USE')
}
