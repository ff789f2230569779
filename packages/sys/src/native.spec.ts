import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { requires } from '@cofferdam/testing'
import {
  Lane,
  LOCK,
  RESOLVE,
  boundPort,
  closeFd,
  fsType,
  FS_MAGIC,
  lock,
  memfd,
  nativeCandidates,
  openat2,
  pipe,
  programPath,
  reservePort,
  tryLock,
} from './index.js'

/** Newer kernels of distributions refuse socket filters of ordinary users (Debian's 6.1.192). */
function reserves(): boolean {
  try {
    closeFd(reservePort({ family: 4, protocol: 'tcp', address: Uint8Array.of(127, 0, 0, 1), port: 0 }))
    return true
  } catch (error) {
    return (error as { errno?: string }).errno !== 'EPERM' || process.geteuid?.() === 0
  }
}
const { it: reserving } = requires({
  unless: process.platform !== 'linux' || reserves() ? undefined : 'socket filters need root here',
})

const linux = process.platform === 'linux' ? describe : describe.skip

function onPlatform<T>(platform: string, body: () => T): T {
  const before = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor
  Object.defineProperty(process, 'platform', { ...before, value: platform })
  try {
    return body()
  } finally {
    Object.defineProperty(process, 'platform', before)
  }
}

it('refuses other systems on first use', () => {
  for (const platform of ['darwin', 'win32']) {
    expect(() => onPlatform(platform, () => closeFd(999))).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED_PLATFORM' }),
    )
    expect(() => onPlatform(platform, () => programPath('init'))).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED_PLATFORM' }),
    )
  }
})

describe('native files', () => {
  const before = process.env.COFFERDAM_NATIVE_BUILD
  afterEach(() => {
    if (before === undefined) delete process.env.COFFERDAM_NATIVE_BUILD
    else process.env.COFFERDAM_NATIVE_BUILD = before
  })
  it('are looked for in build/Release, then in the prebuild of this machine', () => {
    delete process.env.COFFERDAM_NATIVE_BUILD
    const [first, ...prebuilt] = nativeCandidates('sys.node', '/p')
    expect(first).toBe('/p/build/Release/sys.node')
    expect(prebuilt[0]).toMatch(/^\/p\/prebuilds\/\w+-\w+(-musl)?\/sys\.node$/)
  })
  it('are those of the named build of a checkout', () => {
    process.env.COFFERDAM_NATIVE_BUILD = 'sanitize'
    expect(nativeCandidates('init', '/p')).toEqual(['/p/build/sanitize/init'])
    process.env.COFFERDAM_NATIVE_BUILD = '../../tmp'
    expect(nativeCandidates('init', '/p')[0]).toBe('/p/build/Release/init')
  })
})

linux('calls', () => {
  it('name the object of a failure', () => {
    expect(() => openat2(-100, '/nonexistent/x', 0)).toThrow(
      expect.objectContaining({ errno: 'ENOENT', path: '/nonexistent/x', syscall: 'openat2' }),
    )
    expect(() => closeFd(9999)).toThrow(expect.objectContaining({ errno: 'EBADF' }))
  })
  it('openat2 stays inside its root', () => {
    const root = openSync('/proc/self', 'r')
    try {
      expect(() => openat2(root, '../..', 0, RESOLVE.BENEATH)).toThrow(
        expect.objectContaining({ errno: 'EXDEV' }),
      )
      const fd = openat2(root, '/../../status', 0, RESOLVE.IN_ROOT)
      expect(fsType(fd)).toBe(FS_MAGIC.PROC)
      closeFd(fd)
    } finally {
      closeSync(root)
    }
  })
  it('memfd holds sealed bytes', () => {
    const fd = memfd('test', Buffer.from('hello'))
    const read = Buffer.alloc(16)
    expect(read.toString('utf8', 0, readSync(fd, read, 0, 16, 0))).toBe('hello')
    expect(() => writeSync(fd, 'x')).toThrow(expect.objectContaining({ code: 'EPERM' }))
    closeFd(fd)
  })
  reserving('a reserved port is taken', () => {
    const address = Uint8Array.of(127, 0, 0, 1)
    const fd = reservePort({ family: 4, protocol: 'tcp', address, port: 0, listen: true })
    const port = boundPort(fd)
    expect(() => reservePort({ family: 4, protocol: 'tcp', address, port })).toThrow(
      expect.objectContaining({ errno: 'EADDRINUSE' }),
    )
    closeFd(fd)
  })
  it('a pipe is close-on-exec', () => {
    const { read, write } = pipe({ read: true })
    expect(fstatSync(read).isFIFO()).toBe(true)
    closeFd(read)
    closeFd(write)
  })
})

linux('lanes', () => {
  it('wait without blocking, in order', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'cofferdam-sys-'))
    const [a, b] = [openSync(join(dir, 'lock'), 'w'), openSync(join(dir, 'lock'), 'r')] as const
    using lane = new Lane()
    await lock(lane, a, LOCK.EX)
    expect(tryLock(b, LOCK.EX)).toBe(false)
    const seen: string[] = []
    const waiting = lock(lane, b, LOCK.EX).then(() => seen.push('second'))
    await new Promise((resolve) => setImmediate(resolve))
    seen.push('first')
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
    expect(tryLock(a, LOCK.UN)).toBe(true)
    await waiting
    expect(seen).toEqual(['first', 'second'])
    closeSync(a)
    closeSync(b)
    rmSync(dir, { recursive: true })
  })
  it('closed ones refuse', async () => {
    const lane = new Lane()
    const { handle } = lane
    lane.close()
    lane.close()
    await expect(lock({ handle } as Lane, 0, LOCK.UN)).rejects.toMatchObject({ errno: 'EBADF' })
  })
  it('work in a worker thread that ends with one open', async () => {
    const file = nativeCandidates('sys.node')[0] as string
    const worker = new Worker(
      `const n = require(${JSON.stringify(file)})
       const lane = n.laneOpen()
       n.lock(lane, 9999, 8).then((r) => require('node:worker_threads').parentPort.postMessage(r))`,
      { eval: true },
    )
    // Both at once: the last message may be delivered in the same turn as the end.
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    const message = await new Promise((resolve) => worker.once('message', resolve))
    expect(message).toBe(-9)
    await ended
  })
})
