import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Owner, ownerOf } from '@cofferdam/sys'
import { awaitSettled } from './container/stop.js'
import type { EngineContext } from './launch/context.js'
import { inspectContainers } from './reconcile/containers.js'
import { StateDatabase } from './state/database.js'
import {
  claimContainer,
  findContainer,
  insertContainer,
  listContainers,
  markExited,
  markRunning,
  reviveContainer,
} from './state/records.js'
import { sweepContainer } from './sweep.js'

const dead: Owner = { ...ownerOf(), pid: 1, startTime: '0' }

describe('what a dead owner left', () => {
  let dir: string
  let db: StateDatabase
  /** What each process does to the container. */
  let acts: string[]
  let release: () => void
  let released: Promise<unknown>
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'cofferdam-sweep-'))
    mkdirSync(join(dir, 'containers'))
    db = await StateDatabase.open(join(dir, 'state.db'))
    acts = []
    released = new Promise<void>((resolve) => (release = resolve))
    await insertContainer(db, { ...row, name: 'one', image: 'x', autoRemove: false })
    await markRunning(db, 'a1', 1, null, dead)
  })
  afterEach(async () => {
    await db.close()
    rmSync(dir, { recursive: true })
  })
  const row = { id: 'a1', config: '{}', owner: dead, ports: [] }

  /** A process that takes its time to kill what is left of a container. */
  const processOf = (name: string, owner: Owner) => {
    const remove = async () => {
      acts.push(`${name} kills`)
      await released
    }
    return {
      db,
      roots: { store: dir, run: dir },
      runtime: { open: () => ({ delete: remove }), ids: () => [] },
      networks: { sweep: async () => undefined },
      owner,
    } as unknown as EngineContext
  }
  const [one, two] = [ownerOf(), ownerOf(process.ppid) as Owner]

  it('is given back by one of two processes, so that the other does not kill the next run', async () => {
    const [a, b] = [processOf('a', one), processOf('b', two)]
    const seen = findContainer(db, 'a1')
    const first = sweepContainer(a, seen)
    const second = sweepContainer(b, seen)
    expect(await second).toBe(false)
    const waiting = awaitSettled(b, seen)
    release()
    expect(await first).toBe(true)
    await reviveContainer(db, { ...row, owner: one })
    await waiting
    expect(await sweepContainer(b, seen)).toBe(false)
    expect(acts).toEqual(['a kills'])
    expect(findContainer(db, 'a1')).toMatchObject({ status: 'created', owner_pid: one.pid })
  })
  it('is given back by the next one when the first dies', async () => {
    await claimContainer(db, 'a1', dead, { ...dead, startTime: '1' })
    release()
    await awaitSettled(processOf('b', two), findContainer(db, 'a1'))
    expect(acts).toEqual(['b kills'])
    expect(findContainer(db, 'a1')).toMatchObject({ status: 'exited', owner_pid: two.pid })
  })
  it('stays the dead one’s when that fails', async () => {
    released = Promise.reject(new Error('busy'))
    released.catch(() => {})
    await expect(sweepContainer(processOf('a', one), findContainer(db, 'a1'))).rejects.toThrow('busy')
    expect(findContainer(db, 'a1')).toMatchObject({ status: 'running', owner_start: '0' })
  })
  it('is not what a run needs that began after it was seen', async () => {
    await markExited(db, 'a1', { exitCode: 0, signal: null, oomKilled: undefined })
    mkdirSync(join(dir, 'containers', 'a1'))
    const [found] = inspectContainers(processOf('a', one))
    await reviveContainer(db, { ...row, owner: two })
    release()
    await found?.repair?.()
    expect(found).toMatchObject({ object: 'a1' })
    expect(acts).toEqual([])
  })
  it('is as of now, not as of when it was seen', async () => {
    await insertContainer(db, { ...row, id: 'b2', name: 'two', image: 'x', autoRemove: false })
    const seen = findContainer(db, 'b2')
    await markRunning(db, 'b2', 1, null, dead)
    release()
    await sweepContainer(processOf('a', one), seen)
    expect(listContainers(db).map(({ id, status }) => [id, status])).toContainEqual(['b2', 'exited'])
  })
})
