import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CofferdamError } from '@cofferdam/core'
import { ownerOf } from '@cofferdam/sys'
import { detachedExit, settleDetached } from '../detached/wait.js'
import { type EngineContext, monitorDirectory } from '../launch/context.js'
import { StateDatabase } from '../state/database.js'
import {
  deleteContainer,
  findContainer,
  insertContainer,
  listContainers,
  markExited,
  markRunning,
} from '../state/records.js'
import { removeContainer } from './remove.js'
import { stopContainer } from './stop.js'

const exit = { exitCode: 3, signal: null, oomKilled: undefined }
const stopping = { stopSignal: 'SIGTERM', timeout: 0 } as const

describe('a container that is being started', () => {
  let dir: string
  let db: StateDatabase
  let context: EngineContext
  let kill: (signal: string) => Promise<void>
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'cofferdam-starting-'))
    db = await StateDatabase.open(join(dir, 'state.db'))
    // A container that is being made has no process yet.
    kill = async () => {
      throw new CofferdamError('ERR_CONTAINER_NOT_FOUND', 'does not exist')
    }
    context = {
      db,
      roots: { store: dir, run: dir },
      runtime: { open: () => ({ kill: (signal: string) => kill(signal) }) },
      owner: ownerOf(),
    } as unknown as EngineContext
    await insertContainer(db, { ...row, name: 'one', image: 'x', autoRemove: false })
  })
  afterEach(async () => {
    await db.close()
    rmSync(dir, { recursive: true })
  })
  const row = { id: 'a1', config: '{}', owner: ownerOf(), ports: [] }

  /** A step of the starter, when the one who waits has looked at the row. */
  async function meanwhile<T>(waiting: Promise<T>, ...steps: (() => unknown)[]): Promise<T> {
    for (const step of steps) {
      await new Promise((resolve) => setImmediate(resolve))
      await step()
    }
    return waiting
  }
  const run = () => markRunning(db, 'a1', 1 << 30, null, ownerOf())
  const end = () => markExited(db, 'a1', exit)

  it('is waited for until it has run and ended', async () => {
    // What the run before has left: no record of this one.
    mkdirSync(monitorDirectory(context, 'a1'), { recursive: true })
    const over = async () => {
      await run()
      await end()
    }
    expect(await meanwhile(detachedExit(context, 'a1'), over)).toMatchObject({ exitCode: 3 })
    expect(await settleDetached(context, 'a1')).toMatchObject({ exitCode: 3 })
  })
  it('is waited for as long as the one who waits wants', async () => {
    const over = new AbortController()
    const waiting = detachedExit(context, 'a1', over.signal)
    await expect(meanwhile(waiting, () => over.abort(new Error('over')))).rejects.toThrow('over')
  })
  it('is told of as missing when the start fails', async () => {
    const waiting = meanwhile(detachedExit(context, 'a1'), () => deleteContainer(db, 'a1'))
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CONTAINER_NOT_FOUND' })
  })
  it('is stopped when it runs', async () => {
    const signals: string[] = []
    kill = async (signal) => {
      signals.push(signal)
      await end()
    }
    await meanwhile(stopContainer(context, 'a1', stopping), run)
    expect(signals).toEqual(['SIGTERM'])
    expect(findContainer(db, 'a1').status).toBe('exited')
  })
  it('is killed as soon as it can be when its removal is forced', async () => {
    const removing = removeContainer(context, findContainer(db, 'a1'), true)
    const killed = new Promise<void>((resolve) => {
      const appear = () => {
        kill = async () => {
          await end()
          resolve()
        }
      }
      void meanwhile(Promise.resolve(), run, appear)
    })
    await Promise.all([removing, killed])
    expect(listContainers(db)).toEqual([])
  })
})
