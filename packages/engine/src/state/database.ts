import { statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { CofferdamError, errorMessage } from '@cofferdam/core'
import { migrate } from './schema.js'

const patience = 15_000
/** SQLite's own measure: 1000 pages. */
const walLimit = 4 * 1024 * 1024

/**
 * The engine's SQLite database: WAL, `synchronous=NORMAL`, no busy timeout (it would block the event loop for its
 * whole length), no automatic checkpoint on this thread. Several processes share the file.
 */
export class StateDatabase {
  readonly #db: DatabaseSync
  readonly #file: string
  readonly #statements = new Map<string, StatementSync>()
  #checkpoint: Promise<void> | undefined
  #writes = 0

  private constructor(db: DatabaseSync, file: string) {
    this.#db = db
    this.#file = file
  }

  /**
   * Opens the file, makes it if missing, and brings its schema to this version.
   * @throws CofferdamError `ERR_STATE_VERSION`, `ERR_STATE_BUSY`, `ERR_STATE`
   */
  static async open(file: string): Promise<StateDatabase> {
    const db = new DatabaseSync(file, { timeout: 0 })
    const state = new StateDatabase(db, file)
    try {
      await state.#retry(() =>
        db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0'),
      )
      await state.transaction(() => migrate(db))
    } catch (error) {
      db.close()
      throw error
    }
    return state
  }

  /** Rows of a query. */
  all<Row>(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#statement(sql).all(...values) as Row[]
  }

  /** The first row of a query. */
  get<Row>(sql: string, ...values: (string | number | null)[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined
  }

  /** Runs one statement inside a transaction's body; returns the number of rows changed. */
  run(sql: string, ...values: (string | number | null)[]): number {
    return Number(this.#statement(sql).run(...values).changes)
  }

  /** Runs `body` in a write transaction; `body` must be synchronous, short, and repeatable. Waits for other processes without blocking. */
  async transaction<T>(body: () => T, signal?: AbortSignal): Promise<T> {
    // From BEGIN to COMMIT without an await: the connection is shared by all callers of this process.
    const result = await this.#retry(() => {
      this.#db.exec('BEGIN IMMEDIATE')
      try {
        const value = body()
        this.#db.exec('COMMIT')
        return value
      } catch (error) {
        try {
          this.#db.exec('ROLLBACK')
        } catch {
          // The error has ended the transaction already; `isTransaction` came with Node 22.16.
        }
        throw error
      }
    }, signal)
    this.#writes += 1
    if (this.#writes % 64 === 0) this.#checkpointWhenLarge()
    return result
  }

  /** Closes the file; waits for a checkpoint under way. */
  async close(): Promise<void> {
    await this.#checkpoint
    this.#statements.clear()
    if (this.#db.isOpen) this.#db.close()
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  async #retry<T>(step: () => T, signal?: AbortSignal): Promise<T> {
    const end = Date.now() + patience
    for (let delay = 1; ; delay = Math.min(delay * 2, 20)) {
      signal?.throwIfAborted()
      try {
        return step()
      } catch (error) {
        if (!isBusy(error)) throw stateError(this.#file, error)
        if (Date.now() > end) {
          throw new CofferdamError(
            'ERR_STATE_BUSY',
            `${this.#file}: another process has held the database for ${patience / 1000} s`,
            {
              path: this.#file,
              cause: error,
            },
          )
        }
      }
      await sleep(delay * (0.5 + Math.random() / 2))
    }
  }

  #checkpointWhenLarge(): void {
    const wal = statSync(`${this.#file}-wal`, { throwIfNoEntry: false })
    if (wal === undefined || wal.size < walLimit || this.#checkpoint !== undefined) return
    this.#checkpoint = checkpointInWorker(this.#file).finally(() => (this.#checkpoint = undefined))
  }
}

function checkpointInWorker(file: string): Promise<void> {
  const code = `const { DatabaseSync } = require('node:sqlite')
const db = new DatabaseSync(require('node:worker_threads').workerData, { timeout: 2000 })
try { db.exec('PRAGMA wal_checkpoint(RESTART)') } finally { db.close() }`
  return new Promise((resolve) => {
    const worker = new Worker(code, { eval: true, workerData: file })
    worker.unref()
    worker.once('error', () => resolve())
    worker.once('exit', () => resolve())
  })
}

function isBusy(error: unknown): boolean {
  const number = (error as { errcode?: unknown } | null)?.errcode
  return typeof number === 'number' && [5, 6].includes(number & 0xff)
}

function stateError(file: string, cause: unknown): unknown {
  if ((cause as { code?: unknown } | null)?.code !== 'ERR_SQLITE_ERROR') return cause
  return new CofferdamError('ERR_STATE', `${file}: ${errorMessage(cause)}`, { path: file, cause })
}
