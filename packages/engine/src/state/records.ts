import { CofferdamError } from '@cofferdam/core'
import type { Owner } from '@cofferdam/sys'
import type { StateDatabase } from './database.js'
import { recordEvent } from './event-rows.js'

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
  /** Why the exit is not known: `monitor-lost`, `spawner-lost`, `start-failed`. */
  readonly reason: string | null
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
  return { pid: record.owner_pid, startTime: record.owner_start, bootId: record.boot_id }
}

const values = ({ pid, startTime, bootId }: Owner) => [pid, startTime, bootId] as const

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
    if (holder !== undefined) throw nameInUse(fresh.name, holder.id)
    db.run(
      `INSERT INTO containers (id, name, image, config, status, created, auto_remove, owner_pid, owner_start, boot_id)
       VALUES (?, ?, ?, ?, 'created', ?, ?, ?, ?, ?)`,
      fresh.id,
      fresh.name,
      fresh.image,
      fresh.config,
      Date.now(),
      fresh.autoRemove ? 1 : 0,
      ...values(fresh.owner),
    )
    for (const port of fresh.ports) insertPort(db, fresh.id, port)
    recordEvent(db, fresh.id, 'create')
  }, signal)
}

/**
 * Makes an ended container one that is being started again, with its explicitly published ports, or changes nothing.
 * One that is to be removed stays ended. @throws CofferdamError `ERR_CONTAINER_STATUS`, `ERR_PORT_IN_USE`
 */
export function reviveContainer(
  db: StateDatabase,
  fresh: Pick<NewContainer, 'id' | 'config' | 'owner' | 'ports'>,
): Promise<void> {
  return db.transaction(() => {
    const changed = db.run(
      `UPDATE containers SET status = 'created', config = ?, exit_code = NULL, signal = NULL, oom_killed = NULL,
       reason = NULL, finished = NULL, owner_pid = ?, owner_start = ?, boot_id = ?
       WHERE id = ? AND status = 'exited' AND auto_remove = 0`,
      fresh.config,
      ...values(fresh.owner),
      fresh.id,
    )
    if (changed === 0) {
      throw new CofferdamError('ERR_CONTAINER_STATUS', 'the container has not ended, or is being removed', {
        path: fresh.id,
      })
    }
    for (const port of fresh.ports) insertPort(db, fresh.id, port)
  })
}

/** Gives a container another name. @throws CofferdamError `ERR_NAME_IN_USE` */
export function renameContainer(db: StateDatabase, id: string, name: string): Promise<void> {
  return db.transaction(() => {
    const holder = db.get<{ id: string; name: string }>(
      'SELECT id, name FROM containers WHERE name = ?',
      name,
    )
    if (holder?.id === id) return
    if (holder !== undefined) throw nameInUse(name, holder.id)
    const before = findContainer(db, id).name
    db.run('UPDATE containers SET name = ? WHERE id = ?', name, id)
    recordEvent(db, id, 'rename', { oldName: before })
  })
}

/** The error of a name or port that another container has. */
export class HeldError extends CofferdamError {
  /** @internal Its id. */
  readonly holder: string

  constructor(holder: string, ...about: ConstructorParameters<typeof CofferdamError>) {
    super(...about)
    this.holder = holder
  }
}

function nameInUse(name: string, holder: string): CofferdamError {
  return new HeldError(
    holder,
    'ERR_NAME_IN_USE',
    `the name ${name} belongs to container ${holder.slice(0, 12)}`,
    { path: name, hint: `remove it (cofferdam rm ${name}) or choose another name` },
  )
}

function insertPort(db: StateDatabase, id: string, port: PortRow): void {
  const overlap = port.host_ip === '0.0.0.0' ? '' : "AND host_ip IN (?, '0.0.0.0')"
  const values = port.host_ip === '0.0.0.0' ? [] : [port.host_ip]
  const holder = db.get<{ id: string; name: string }>(
    `SELECT c.id, c.name FROM ports p JOIN containers c ON c.id = p.container
     WHERE p.protocol = ? AND p.host_port = ? AND c.status <> 'exited' ${overlap}`,
    port.protocol,
    port.host_port,
    ...values,
  )
  if (holder !== undefined) {
    throw new HeldError(
      holder.id,
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

/**
 * Marks a container that is being started as running under its pid, with what the network gave it, as of now its owner's.
 * @throws CofferdamError `ERR_CONTAINER_NOT_FOUND`: its row is gone, or somebody took its starter for dead
 */
export function markRunning(
  db: StateDatabase,
  id: string,
  pid: number,
  attachment: string | null,
  owner: Owner,
): Promise<void> {
  return db.transaction(() => {
    const changed = db.run(
      `UPDATE containers SET status = 'running', started = ?, pid = ?, attachment = ?,
       owner_pid = ?, owner_start = ?, boot_id = ? WHERE id = ? AND status = 'created'`,
      Date.now(),
      pid,
      attachment,
      ...values(owner),
      id,
    )
    if (changed === 0) throw notFound(id)
    recordEvent(db, id, 'start')
  })
}

/** What is known of an exit; `exitCode` is null after death by a signal or when nobody saw it. */
export interface ExitFacts {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly oomKilled: boolean | undefined
  readonly reason?: string | undefined
  /** Now unless given. */
  readonly finishedAt?: Date | undefined
}

/** Records an exit and frees the host ports; the first to do so counts. */
export function markExited(db: StateDatabase, id: string, exit: ExitFacts): Promise<void> {
  return db.transaction(() => {
    const finished = exit.finishedAt?.getTime() ?? Date.now()
    const changed = db.run(
      `UPDATE containers SET status = 'exited', finished = ?, pid = NULL, attachment = NULL, exit_code = ?, signal = ?,
       oom_killed = ?, reason = ? WHERE id = ? AND status <> 'exited'`,
      finished,
      exit.exitCode,
      exit.signal,
      exit.oomKilled === undefined ? null : Number(exit.oomKilled),
      exit.reason ?? null,
      id,
    )
    db.run('DELETE FROM ports WHERE container = ?', id)
    if (changed > 0) recordEvent(db, id, 'die', exitAttributes(exit), finished)
  })
}

function exitAttributes({ exitCode, signal, reason }: ExitFacts): Record<string, string> {
  return {
    ...(exitCode === null ? {} : { exitCode: String(exitCode) }),
    ...(signal === null ? {} : { signal }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/**
 * Gives a container from one owner to another: who gives back what a dead one held takes it first, so that only one
 * does. Returns its row; undefined when it is not that owner's, or has ended and may be started again.
 */
export function claimContainer(
  db: StateDatabase,
  id: string,
  from: Owner,
  to: Owner,
): Promise<ContainerRecord | undefined> {
  return db.transaction(() =>
    db.get<ContainerRecord>(
      `UPDATE containers SET owner_pid = ?, owner_start = ?, boot_id = ? WHERE id = ? AND owner_pid = ?
       AND owner_start = ? AND boot_id = ? AND (status <> 'exited' OR auto_remove = 1) RETURNING *`,
      ...[...values(to), id, ...values(from)],
    ),
  )
}

/**
 * Makes an ended container one to be removed by `owner`, which nobody starts again: whoever finds that dead does the
 * rest. Returns its row instead when it has not ended.
 */
export function condemnContainer(
  db: StateDatabase,
  id: string,
  owner: Owner,
): Promise<ContainerRecord | undefined> {
  return db.transaction(() => {
    db.run(
      `UPDATE containers SET auto_remove = 1, owner_pid = ?, owner_start = ?, boot_id = ?
       WHERE id = ? AND status = 'exited'`,
      ...values(owner),
      id,
    )
    return db.get<ContainerRecord>("SELECT * FROM containers WHERE id = ? AND status <> 'exited'", id)
  })
}

/** Forgets a container and its ports; `exit` tells how one ended whose end was not recorded before. */
export function deleteContainer(db: StateDatabase, id: string, exit?: ExitFacts): Promise<void> {
  return db.transaction(() => {
    if (exit !== undefined) recordEvent(db, id, 'die', exitAttributes(exit))
    recordEvent(db, id, 'destroy')
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
  const exact = db.get<ContainerRecord>('SELECT * FROM containers WHERE id = ? OR name = ?', key, key)
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
  if (begin[0] === undefined) throw notFound(key)
  return begin[0]
}

function notFound(key: string): CofferdamError {
  return new CofferdamError('ERR_CONTAINER_NOT_FOUND', `no container ${key}`, {
    path: key,
    hint: 'list them with cofferdam ps -a',
  })
}

/** The error for what only a running container can do. */
export function notRunning({ id, name }: Pick<ContainerRecord, 'id' | 'name'>): CofferdamError {
  return new CofferdamError('ERR_CONTAINER_STATUS', `container ${name} is not running`, {
    path: id,
    hint: `start it: cofferdam start ${name}`,
  })
}
