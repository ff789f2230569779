import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultSpec } from '../spec/default.js'
import { createStateDirectory, listIds, openStateDirectory, type StateDirectory } from './directory.js'
import { checkId, newId } from './id.js'
import { bootId, isAlive, readProcessStat } from '@cofferdam/sys'
import { STATE_VERSION, type StateRecord } from './record.js'
import { checkAct, stateOf, statusOf } from './status.js'

const code = (code: string) => expect.objectContaining({ code })

describe('ids', () => {
  it.each(['a', 'A_b+c-d.e', '...', newId()])('accepts %s', (id) => expect(checkId(id)).toBe(id))
  it.each(['', '.', '..', 'a/b', 'a b', 'é', 'a\n', 'x'.repeat(256)])('refuses %j', (id) => {
    expect(() => checkId(id)).toThrow(code('ERR_INVALID_ID'))
  })
})

const write = (directory: StateDirectory, text: string) => {
  directory.stage(text)
  directory.commit()
}

describe('the state directory', () => {
  let root: string
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'cofferdam-state-'))))
  afterEach(() => rmSync(root, { recursive: true }))

  const stat = readProcessStat(process.pid)
  const record = (over: Partial<StateRecord> = {}): StateRecord => ({
    version: STATE_VERSION,
    id: 'a',
    pid: process.pid,
    startTime: stat?.startTime ?? '',
    bootId: bootId(),
    bundle: '/b',
    rootfs: '/b/rootfs',
    created: '2026-01-01T00:00:00Z',
    spec: { ...defaultSpec(), annotations: { x: 'y' } },
    ...over,
  })

  it('reserves an id once and gives it back', () => {
    const nested = join(root, 'deep/er')
    const directory = createStateDirectory(nested, 'a')
    expect(statSync(directory.path).mode & 0o777).toBe(0o700)
    expect(() => createStateDirectory(nested, 'a')).toThrow('container with given ID already exists')
    write(directory, '{}')
    directory.remove()
    directory.remove()
    expect(readdirSync(nested)).toEqual([])
    createStateDirectory(nested, 'a')
    expect(listIds(nested)).toEqual(['a'])
    expect(listIds(join(root, 'none'))).toEqual([])
  })
  it('reads what it wrote and refuses what it did not', () => {
    const directory = createStateDirectory(root, 'a')
    expect(() => openStateDirectory(root, 'a').read()).toThrow('container a does not exist')
    write(directory, JSON.stringify(record()))
    expect(readdirSync(directory.path)).toEqual(['.maker', 'state.json'])
    expect(openStateDirectory(root, 'a').read()).toEqual(record())
    write(directory, JSON.stringify(record({ version: 99 })))
    expect(() => directory.read()).toThrow(code('ERR_STATE'))
    write(directory, '{')
    expect(() => directory.read()).toThrow(code('ERR_STATE'))
    expect(() => openStateDirectory(root, '../x')).toThrow(code('ERR_INVALID_ID'))
  })
  it('knows its record by its process', () => {
    const directory = createStateDirectory(root, 'a')
    expect(directory.isOf(record())).toBe(false)
    write(directory, JSON.stringify(record()))
    expect(directory.isOf(record())).toBe(true)
    expect(directory.isOf(record({ startTime: '1' }))).toBe(false)
    write(directory, JSON.stringify(record()).slice(0, 30))
    expect(directory.isOf(record())).toBe(false)
  })
  it('is being made as long as its maker lives and there is no record', () => {
    const directory = createStateDirectory(root, 'a')
    expect(directory.isBeingMade()).toBe(true)
    const note = (text: string) => {
      unlinkSync(directory.join('.maker'))
      symlinkSync(text, directory.join('.maker'))
      return directory.isBeingMade()
    }
    const start = stat?.startTime
    expect(note(`${process.pid}/${start}/${bootId()}`)).toBe(true)
    expect(note(`${process.pid}/${start}0/${bootId()}`)).toBe(false)
    expect(note(`${process.pid}/${start}/another`)).toBe(false)
    expect(note('x')).toBe(false)
    expect(note(`${process.pid}/${start}/${bootId()}`)).toBe(true)
    write(directory, '{}')
    expect(directory.isBeingMade()).toBe(false)
    directory.remove()
    expect(readdirSync(root)).toEqual([])
    mkdirSync(join(root, 'b'))
    expect(openStateDirectory(root, 'b').isBeingMade()).toBe(false)
    openStateDirectory(root, 'b').remove()
    expect(readdirSync(root)).toEqual([])
  })
  it('leaves a directory with foreign files alone', () => {
    const directory = createStateDirectory(root, 'a')
    mkdirSync(directory.join('foreign'))
    expect(() => directory.remove()).toThrow(expect.objectContaining({ code: 'ENOTEMPTY' }))
  })
  it('tells the status from kernel and files', () => {
    const directory = createStateDirectory(root, 'a')
    expect(statusOf(record({ pid: 0 }), directory)).toBe('creating')
    expect(statusOf(record(), directory)).toBe('running')
    expect(statusOf(record(), directory, () => true)).toBe('paused')
    writeFileSync(directory.join('start.fifo'), '')
    expect(statusOf(record(), directory)).toBe('created')
    expect(statusOf(record({ startTime: '1' }), directory)).toBe('stopped')
    expect(statusOf(record({ bootId: 'other' }), directory)).toBe('stopped')
    expect(stateOf(record(), 'stopped')).toEqual({
      ociVersion: '1.2.0',
      id: 'a',
      status: 'stopped',
      pid: 0,
      bundle: '/b',
      rootfs: '/b/rootfs',
      created: '2026-01-01T00:00:00Z',
      annotations: { x: 'y' },
    })
  })
  it('knows live processes', () => {
    expect(isAlive(process.pid, stat?.startTime ?? '')).toBe(true)
    expect(isAlive(process.pid, '0')).toBe(false)
    expect(isAlive(0, '0')).toBe(false)
  })
})

describe('checkAct', () => {
  it.each([
    ['start', 'running', 'cannot start an already running container'],
    ['start', 'stopped', 'cannot start a container that has stopped'],
    ['exec', 'paused', 'cannot exec in a paused container'],
    ['exec', 'created', 'cannot exec in a container that is not running'],
    ['kill', 'stopped', 'container not running'],
    ['resume', 'running', 'container not paused'],
    ['delete', 'running', 'is not stopped: running'],
  ] as const)('%s while %s', (act, status, message) => {
    expect(() => checkAct('x', act, status)).toThrow(message)
  })
  it('lets through what is allowed', () => {
    checkAct('x', 'start', 'created')
    checkAct('x', 'kill', 'paused')
    checkAct('x', 'delete', 'stopped')
  })
})
