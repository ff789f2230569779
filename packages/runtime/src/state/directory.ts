import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { CofferdamError, errorMessage, isErrno } from '@cofferdam/core'
import { checkId } from './id.js'
import { makerLives, noteMaker } from './maker.js'
import { STATE_VERSION, type StateRecord } from './record.js'

const FILE = 'state.json'
const TEMPORARY = '.state.json'
const MAKER = '.maker'
/** The FIFO a created container waits at; `start` opens it and removes it. */
export const START_FIFO = 'start.fifo'

/** The directory of one container's state: `<root>/<id>`, 0700. */
export interface StateDirectory {
  readonly id: string
  readonly path: string
  /** A path in the directory. */
  join(name: string): string
  /** Writes the record where no reader looks yet. */
  stage(text: string): void
  /** Puts the staged record in its place: a reader sees the old or the new one, never a part. */
  commit(): void
  /** Reads the record. */
  read(): StateRecord
  /** Whether the record is this one, by its process: another process may have made a container of the same id since. */
  isOf(record: StateRecord): boolean
  /** Whether there is no record yet and the process lives that made the directory. */
  isBeingMade(): boolean
  /** Removes the directory with what the runtime keeps in it. Idempotent. */
  remove(): void
}

function open(root: string, id: string): StateDirectory {
  const path = join(root, id)
  return {
    id,
    path,
    join: (name) => join(path, name),
    stage: (text) => writeFileSync(join(path, TEMPORARY), text, { mode: 0o600 }),
    commit: () => renameSync(join(path, TEMPORARY), join(path, FILE)),
    read: () => parse(id, readState(path, id)),
    isOf({ version, pid, startTime, bootId }) {
      // A record begins with these, and is long: it is not read as a whole for them.
      const begin = JSON.stringify({ version, id, pid, startTime, bootId }).slice(0, -1)
      return beginning(join(path, FILE), Buffer.byteLength(begin)) === begin
    },
    isBeingMade: () => !existsSync(join(path, FILE)) && makerLives(join(path, MAKER)),
    remove() {
      // Another process may remove it at the same time.
      const unlink = (name: string) => done(() => unlinkSync(join(path, name)), 'ENOENT')
      if (unlink(MAKER) && unlink(FILE) && done(() => rmdirSync(path), 'ENOTEMPTY', 'ENOENT')) return
      for (const name of [MAKER, FILE, TEMPORARY, START_FIFO]) unlink(name)
      done(() => rmdirSync(path), 'ENOENT')
    },
  }
}

/** True when it worked, false when it failed with an error that is expected. */
function done(act: () => void, ...expected: string[]): boolean {
  try {
    act()
    return true
  } catch (error) {
    if (!isErrno(error, ...expected)) throw error
    return false
  }
}

/** The first bytes of a file; empty where there is none. */
function beginning(path: string, size: number): string {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return ''
    throw error
  }
  try {
    const bytes = Buffer.alloc(size)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, size, 0))
  } finally {
    closeSync(fd)
  }
}

function readState(path: string, id: string): string {
  try {
    return readFileSync(join(path, FILE), 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw notFound(id, path)
    throw new CofferdamError('ERR_STATE', `read state of container ${id}: ${errorMessage(error)}`, {
      path,
      cause: error,
    })
  }
}

function parse(id: string, text: string): StateRecord {
  let record: StateRecord
  try {
    record = JSON.parse(text) as StateRecord
  } catch (error) {
    throw new CofferdamError('ERR_STATE', `state of container ${id} is not JSON`, { cause: error })
  }
  if (record.version === STATE_VERSION && record.id === id) return record
  throw new CofferdamError('ERR_STATE', `state of container ${id} has version ${record.version}`, {
    hint: `this runtime reads version ${STATE_VERSION}`,
  })
}

function notFound(id: string, path: string): CofferdamError {
  return new CofferdamError('ERR_CONTAINER_NOT_FOUND', `container ${id} does not exist`, { path })
}

/**
 * Makes the state directory of a new container, which reserves its id among all processes that share the root.
 * @throws CofferdamError `ERR_INVALID_ID`, `ERR_CONTAINER_EXISTS`, `ERR_STATE`
 */
export function createStateDirectory(root: string, id: string): StateDirectory {
  const directory = open(resolve(root), checkId(id))
  for (let attempt = 0; ; attempt++) {
    try {
      mkdirSync(directory.path, 0o700)
      noteMaker(directory.join(MAKER))
      return directory
    } catch (error) {
      if (isErrno(error, 'EEXIST')) {
        throw new CofferdamError('ERR_CONTAINER_EXISTS', 'container with given ID already exists', {
          path: directory.path,
          hint: `delete container ${id} first, or choose another id`,
        })
      }
      if (attempt > 0 || !isErrno(error, 'ENOENT')) {
        throw new CofferdamError('ERR_STATE', `make state directory: ${errorMessage(error)}`, {
          path: directory.path,
          cause: error,
        })
      }
      mkdirSync(resolve(root), { recursive: true, mode: 0o700 })
    }
  }
}

/**
 * The state directory of an existing container.
 * @throws CofferdamError `ERR_INVALID_ID`; reading it throws `ERR_CONTAINER_NOT_FOUND`, `ERR_STATE`
 */
export function openStateDirectory(root: string, id: string): StateDirectory {
  return open(resolve(root), checkId(id))
}

/** Ids with a state directory below `root`, sorted. */
export function listIds(root: string): string[] {
  try {
    return readdirSync(resolve(root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort()
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}
