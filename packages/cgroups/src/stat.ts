import { readFileSync } from 'node:fs'
import { isErrno } from '@cofferdam/core'
import { type Directory, directoryOf, unifiedDirectory } from './directories.js'
import type { CgroupLayout } from './layout/detect.js'

/** Figures of a cgroup; a part is missing where its controller is. */
export interface CgroupStat {
  /** Bytes; `limit` undefined where there is none. */
  readonly memory?: {
    /** In use now, page cache included. */
    readonly current: number
    /** The most that was in use. */
    readonly peak?: number
    readonly limit?: number
    /** Anonymous memory: heaps and stacks. */
    readonly anon?: number
    /** Page cache. */
    readonly file?: number
  }
  /** Milliseconds of processor time; `throttled` is time spent waiting for the next period. */
  readonly cpu?: {
    /** In user and kernel mode together. */
    readonly usage: number
    readonly user?: number
    readonly system?: number
    readonly throttled?: number
    /** Periods in which the quota was used up. */
    readonly throttledPeriods?: number
  }
  readonly pids?: { readonly current: number; readonly limit?: number }
  /** Totals per block device. */
  readonly io?: readonly IoStat[]
}

/** What went to and came from one block device since the cgroup was made. */
export interface IoStat {
  /** `MAJOR:MINOR`. */
  readonly device: string
  readonly readBytes: number
  readonly writeBytes: number
  /** Requests, not bytes. */
  readonly reads: number
  readonly writes: number
}

/** The file's text, or undefined where the controller or cgroup is not there. */
export async function readIfThere(directory: string | undefined, file: string): Promise<string | undefined> {
  if (directory === undefined) return undefined
  try {
    return readFileSync(`${directory}/${file}`, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENODEV', 'EOPNOTSUPP')) return undefined
    throw error
  }
}

/** `key value` lines. */
export function parseKeyed(text: string | undefined): Map<string, number> {
  const values = new Map<string, number>()
  for (const line of (text ?? '').split('\n')) {
    const [key, value] = line.split(' ')
    if (key !== undefined && value !== undefined) values.set(key, Number(value))
  }
  return values
}

/** v1 writes "no limit" as the largest multiple of a page. */
const V1_UNLIMITED = 0x7ffffffffffff000

const optional = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [k in K]?: V }

const number = (text: string | undefined) =>
  text === undefined || text.trim() === 'max' || Number(text) >= V1_UNLIMITED ? undefined : Number(text)

/** Reads the figures. */
export async function readStat(layout: CgroupLayout, all: readonly Directory[]): Promise<CgroupStat> {
  const of = (controller: string) => directoryOf(all, controller, layout.mode)
  const v2 = layout.mode === 'v2' ? unifiedDirectory(all) : undefined
  const [memory, cpu, pids, io] = await Promise.all([
    v2 === undefined ? memoryFigures(of('memory'), 'v1') : memoryFigures(v2, 'v2'),
    v2 === undefined ? cpuV1(of('cpuacct'), of('cpu')) : cpuV2(v2),
    readPids(of('pids')),
    v2 === undefined ? ioV1(of('blkio')) : ioV2(v2),
  ])
  return {
    ...optional('memory', memory),
    ...optional('cpu', cpu),
    ...optional('pids', pids),
    ...optional('io', io),
  }
}

/** Files of `memory.` and keys of its `stat`. memory.peak came with Linux 5.19. */
const memoryNames = {
  v1: {
    current: 'usage_in_bytes',
    peak: 'max_usage_in_bytes',
    limit: 'limit_in_bytes',
    anon: 'total_rss',
    file: 'total_cache',
  },
  v2: { current: 'current', peak: 'peak', limit: 'max', anon: 'anon', file: 'file' },
}

async function memoryFigures(
  directory: string | undefined,
  version: 'v1' | 'v2',
): Promise<CgroupStat['memory']> {
  const names = memoryNames[version]
  const read = (file: string) => readIfThere(directory, `memory.${file}`)
  const [current, peak, limit, stat] = await Promise.all([
    read(names.current),
    read(names.peak),
    read(names.limit),
    read('stat'),
  ])
  const detail = parseKeyed(stat)
  if (current === undefined) return undefined
  return {
    current: Number(current),
    ...optional('peak', number(peak)),
    ...optional('limit', number(limit)),
    ...optional('anon', detail.get(names.anon)),
    ...optional('file', detail.get(names.file)),
  }
}

async function cpuV1(cpuacct: string | undefined, cpu: string | undefined): Promise<CgroupStat['cpu']> {
  const [usage, user, system, stat] = await Promise.all([
    readIfThere(cpuacct, 'cpuacct.usage'),
    readIfThere(cpuacct, 'cpuacct.usage_user'),
    readIfThere(cpuacct, 'cpuacct.usage_sys'),
    readIfThere(cpu, 'cpu.stat'),
  ])
  if (usage === undefined) return undefined
  const ms = (text: string | undefined) => (text === undefined ? undefined : Number(text) / 1e6)
  const detail = parseKeyed(stat)
  const throttled = detail.get('throttled_time')
  return {
    usage: ms(usage) as number,
    ...optional('user', ms(user)),
    ...optional('system', ms(system)),
    ...optional('throttled', throttled === undefined ? undefined : throttled / 1e6),
    ...optional('throttledPeriods', detail.get('nr_throttled')),
  }
}

async function cpuV2(directory: string): Promise<CgroupStat['cpu']> {
  const detail = parseKeyed(await readIfThere(directory, 'cpu.stat'))
  const ms = (key: string) => {
    const value = detail.get(key)
    return value === undefined ? undefined : value / 1e3
  }
  const usage = ms('usage_usec')
  if (usage === undefined) return undefined
  return {
    usage,
    ...optional('user', ms('user_usec')),
    ...optional('system', ms('system_usec')),
    ...optional('throttled', ms('throttled_usec')),
    ...optional('throttledPeriods', detail.get('nr_throttled')),
  }
}

async function readPids(directory: string | undefined): Promise<CgroupStat['pids']> {
  const [current, limit] = await Promise.all([
    readIfThere(directory, 'pids.current'),
    readIfThere(directory, 'pids.max'),
  ])
  return current === undefined ? undefined : { current: Number(current), ...optional('limit', number(limit)) }
}

type Counts = { -readonly [K in keyof Omit<IoStat, 'device'>]: number }

function collect(): { devices: Map<string, Counts>; of(device: string): Counts } {
  const devices = new Map<string, Counts>()
  return {
    devices,
    of(device) {
      const known = devices.get(device) ?? { readBytes: 0, writeBytes: 0, reads: 0, writes: 0 }
      devices.set(device, known)
      return known
    },
  }
}

const listed = (devices: Map<string, Counts>): IoStat[] =>
  [...devices].map(([device, counts]) => ({ device, ...counts }))

async function ioV1(directory: string | undefined): Promise<readonly IoStat[] | undefined> {
  const [bytes, operations] = await Promise.all([
    readIfThere(directory, 'blkio.throttle.io_service_bytes_recursive'),
    readIfThere(directory, 'blkio.throttle.io_serviced_recursive'),
  ])
  if (bytes === undefined) return undefined
  const { devices, of } = collect()
  const each = (text: string, read: keyof Counts, write: keyof Counts) => {
    for (const [, device = '', word, value] of text.matchAll(/^(\d+:\d+) (Read|Write) (\d+)$/gm))
      of(device)[word === 'Read' ? read : write] = Number(value)
  }
  each(bytes, 'readBytes', 'writeBytes')
  each(operations ?? '', 'reads', 'writes')
  return listed(devices)
}

async function ioV2(directory: string): Promise<readonly IoStat[] | undefined> {
  const text = await readIfThere(directory, 'io.stat')
  if (text === undefined) return undefined
  const keys: Readonly<Record<string, keyof Counts>> = {
    rbytes: 'readBytes',
    wbytes: 'writeBytes',
    rios: 'reads',
    wios: 'writes',
  }
  const { devices, of } = collect()
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const [device = '', ...pairs] = line.split(' ')
    for (const pair of pairs) {
      const [key = '', value] = pair.split('=')
      const name = keys[key]
      if (name !== undefined) of(device)[name] = Number(value)
    }
  }
  return listed(devices)
}
