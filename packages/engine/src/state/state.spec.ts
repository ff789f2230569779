import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ownerOf, ownerAlive } from '@cofferdam/sys'
import { StateDatabase } from './database.js'
import {
  deleteContainer,
  findContainer,
  insertContainer,
  listContainers,
  markExited,
  markRunning,
} from './records.js'
import { resolveRoots } from './roots.js'

describe('state', () => {
  let dir: string
  let db: StateDatabase
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'cofferdam-state-'))
    db = await StateDatabase.open(join(dir, 'state.db'))
  })
  afterEach(async () => {
    await db.close()
    rmSync(dir, { recursive: true })
  })
  const fresh = (id: string, name: string, hostPort?: number, hostIp = '0.0.0.0') => ({
    id,
    name,
    image: 'x',
    config: '{}',
    autoRemove: false,
    owner: ownerOf(),
    ports: hostPort === undefined ? [] : [{ protocol: 'tcp', host_ip: hostIp, host_port: hostPort }],
  })

  it('finds by id, name and unique beginning', async () => {
    await insertContainer(db, fresh('abc1', 'one'))
    await insertContainer(db, fresh('abd2', 'two'))
    expect(findContainer(db, 'abc').name).toBe('one')
    expect(findContainer(db, 'two').id).toBe('abd2')
    expect(() => findContainer(db, 'ab')).toThrow(
      expect.objectContaining({ code: 'ERR_CONTAINER_AMBIGUOUS' }),
    )
    expect(() => findContainer(db, 'x')).toThrow(expect.objectContaining({ code: 'ERR_CONTAINER_NOT_FOUND' }))
  })
  it('keeps names and host ports unique and stores nothing on refusal', async () => {
    await insertContainer(db, fresh('a1', 'one', 8080))
    await expect(insertContainer(db, fresh('a2', 'one'))).rejects.toMatchObject({ code: 'ERR_NAME_IN_USE' })
    await expect(insertContainer(db, fresh('a3', 'three', 8080, '127.0.0.1'))).rejects.toMatchObject({
      code: 'ERR_PORT_IN_USE',
    })
    expect(listContainers(db).map((row) => row.id)).toEqual(['a1'])
    await markExited(db, 'a1', { exitCode: 3, signal: null, oomKilled: undefined })
    await insertContainer(db, fresh('a3', 'three', 8080, '127.0.0.1'))
    expect(findContainer(db, 'a1')).toMatchObject({ status: 'exited', exit_code: 3, oom_killed: null })
    await deleteContainer(db, 'a3')
    expect(db.all('SELECT * FROM ports')).toEqual([])
  })
  it('records the run and knows its owner', async () => {
    await insertContainer(db, fresh('a1', 'one'))
    await markRunning(db, 'a1', 42, '{"address":"10.0.0.2"}', ownerOf())
    expect(findContainer(db, 'a1')).toMatchObject({ status: 'running', pid: 42 })
    expect(ownerAlive(ownerOf())).toBe(true)
    expect(ownerAlive({ ...ownerOf(), startTime: '1' })).toBe(false)
  })
  it('waits for a lock of another connection without blocking the loop', async () => {
    const other = new DatabaseSync(join(dir, 'state.db'))
    other.exec('BEGIN IMMEDIATE')
    const order: string[] = []
    const write = insertContainer(db, fresh('a1', 'one')).then(() => order.push('written'))
    await new Promise((resolve) => setImmediate(resolve))
    order.push('loop ran')
    other.exec('COMMIT')
    await write
    other.close()
    expect(order).toEqual(['loop ran', 'written'])
  })
  it('writes twice at once, also while another connection holds the lock', async () => {
    const both = (a: string, b: string) =>
      Promise.all([insertContainer(db, fresh(a, a)), insertContainer(db, fresh(b, b))])
    await both('c1', 'c2')
    const other = new DatabaseSync(join(dir, 'state.db'))
    other.exec('BEGIN IMMEDIATE')
    const later = both('c3', 'c4')
    await new Promise((resolve) => setImmediate(resolve))
    other.exec('COMMIT')
    other.close()
    await later
    expect(listContainers(db).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['c1', 'c2', 'c3', 'c4']),
    )
  })
  it('keeps transactions of one process apart', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `c${index}`)
    await Promise.all(names.map((name) => insertContainer(db, fresh(`id-${name}`, name))))
    await Promise.all(names.map((name, index) => markRunning(db, `id-${name}`, index + 1, null, ownerOf())))
    expect(listContainers(db).filter((row) => row.status === 'running')).toHaveLength(20)
  })
  it('refuses a newer schema', async () => {
    const file = join(dir, 'newer.db')
    const newer = new DatabaseSync(file)
    newer.exec('PRAGMA user_version = 99')
    newer.close()
    await expect(StateDatabase.open(file)).rejects.toMatchObject({ code: 'ERR_STATE_VERSION' })
  })
})

it('resolves roots', () => {
  expect(resolveRoots(undefined, {}, 0).store).toBe('/var/lib/cofferdam')
  expect(resolveRoots(undefined, { COFFERDAM_ROOT: '/x' }, 0)).toEqual({ store: '/x/store', run: '/x/run' })
  expect(resolveRoots(undefined, { XDG_DATA_HOME: '/d', XDG_RUNTIME_DIR: '/r' }, 1000)).toEqual({
    store: '/d/cofferdam',
    run: '/r/cofferdam',
  })
})
