import { mkdirSync, mkdtempSync, existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Owner, ownerOf } from '@cofferdam/sys'
import type { ImageService } from '../images/service.js'
import { type EngineContext, snapshotDirectory } from '../launch/context.js'
import { prune } from '../prune.js'
import { StateDatabase } from '../state/database.js'
import {
  condemnContainer,
  findContainer,
  insertContainer,
  listContainers,
  markExited,
  markRunning,
  reviveContainer,
} from '../state/records.js'
import { removeContainer } from './remove.js'

const exit = { exitCode: 0, signal: null, oomKilled: undefined }
const row = { id: 'a1', config: '{}', owner: ownerOf(), ports: [] }

describe('a container that is started at the moment of its removal', () => {
  let dir: string
  let db: StateDatabase
  let context: EngineContext
  let kills: string[]
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'cofferdam-remove-'))
    db = await StateDatabase.open(join(dir, 'state.db'))
    kills = []
    const kill = async (signal: string) => {
      kills.push(signal)
      await markExited(db, 'a1', exit)
    }
    context = {
      db,
      roots: { store: dir, run: join(dir, 'run') },
      runtime: { open: () => ({ kill }) },
      owner: ownerOf(),
    } as unknown as EngineContext
    await insertContainer(db, { ...row, name: 'one', image: 'x', autoRemove: false })
    await markRunning(db, 'a1', 1, null, ownerOf())
    await markExited(db, 'a1', exit)
    mkdirSync(snapshotDirectory(context, 'a1'), { recursive: true })
  })
  afterEach(async () => {
    await db.close()
    rmSync(dir, { recursive: true })
  })
  const kept = () => existsSync(snapshotDirectory(context, 'a1'))

  /** Lets another process start it after `act` has read the row as ended. */
  async function startedDuring<T>(act: () => Promise<T>): Promise<T> {
    const other = new DatabaseSync(join(dir, 'state.db'))
    other.exec('BEGIN IMMEDIATE')
    const done = act()
    other.exec("UPDATE containers SET status = 'running' WHERE id = 'a1'; COMMIT")
    other.close()
    return done
  }

  it('is left alone by prune', async () => {
    const images = { collect: async () => 0 } as unknown as ImageService
    const pruned = await startedDuring(() => prune(context, images, false))
    expect([pruned.containers, kept()]).toEqual([0, true])
    expect(findContainer(db, 'a1')).toMatchObject({ status: 'running', auto_remove: 0 })
  })
  it('has its row before a prune takes layers, or after', async () => {
    const other = new DatabaseSync(join(dir, 'state.db'), { timeout: 0 })
    const asked: unknown[] = []
    const collect: ImageService['collect'] = async (keep) => {
      await insertContainer(db, {
        ...row,
        id: 'b2',
        config: '{"diffIds":["x"]}',
        name: 'two',
        image: 'x',
        autoRemove: false,
      })
      await keep((used) => {
        expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('locked')
        asked.push(used)
      })
      return 0
    }
    await prune(context, { collect } as unknown as ImageService, false)
    other.close()
    expect(asked).toEqual([['x']])
  })
  it('is not removed without force', async () => {
    const record = findContainer(db, 'a1')
    await expect(startedDuring(() => removeContainer(context, record, false))).rejects.toMatchObject({
      code: 'ERR_CONTAINER_RUNNING',
    })
    expect([findContainer(db, 'a1').status, kept()]).toEqual(['running', true])
  })
  it('is killed first with force', async () => {
    const record = findContainer(db, 'a1')
    await startedDuring(() => removeContainer(context, record, true))
    expect(kills).toEqual(['SIGKILL'])
    expect([listContainers(db), kept()]).toEqual([[], false])
  })
  it('stays ended once it is to be removed, and a removal that died goes on', async () => {
    // Half of a removal.
    await db.transaction(() => db.run("UPDATE containers SET auto_remove = 1 WHERE id = 'a1'"))
    await expect(reviveContainer(db, row)).rejects.toMatchObject({ code: 'ERR_CONTAINER_STATUS' })
    await removeContainer(context, findContainer(db, 'a1'), false)
    expect([listContainers(db), kept()]).toEqual([[], false])
  })
  it('belongs to who removes it, so that a removal that died is seen as such', async () => {
    const remover = ownerOf(process.ppid) as Owner
    await condemnContainer(db, 'a1', remover)
    expect(findContainer(db, 'a1')).toMatchObject({ auto_remove: 1, owner_pid: remover.pid })
  })
  it('does not run when its row is gone', async () => {
    await removeContainer(context, findContainer(db, 'a1'), false)
    await expect(markRunning(db, 'a1', 1, null, ownerOf())).rejects.toMatchObject({
      code: 'ERR_CONTAINER_NOT_FOUND',
    })
  })
})
