import { closeSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mount } from '@cofferdam/sys'
import { requires, tempDir } from '@cofferdam/testing'
import { createSnapshot, mountOverlay, probeOverlay, unmountRemains } from '../../src/index.js'

const { describe } = requires({ root: true })
/** How overlays are mounted, and layers that it needs to be mounted so. */
const ways = [
  ['lowerdir+', undefined, 0],
  ['lowerdir', { lowerdirPlus: false }, 0],
  ['mount(2)', { lowerdirPlus: false }, 20],
] as const

function layers(folder: string, count: number): string[] {
  const names = Array.from({ length: count }, (_, i) => join(folder, `layer-${'x'.repeat(40)}-${i}`))
  names.forEach((name, i) => {
    mkdirSync(name)
    writeFileSync(join(name, `only-${i}`), String(i))
    writeFileSync(join(name, 'same'), String(i))
  })
  return names
}

describe.each(ways)('overlay by %s', (_, features, more) => {
  const option = features === undefined ? {} : { features }

  it('shows the topmost layer first and keeps changes in upper', async () => {
    await using dir = await tempDir('overlay')
    const lower = layers(dir.path, 3 + more)
    await using snapshot = createSnapshot(dir.join('snapshot'), { lower, ...option })
    const fd = await snapshot.mount()
    const root = `/proc/self/fd/${fd}`
    try {
      expect(readdirSync(root).sort()).toEqual([...lower.map((_, i) => `only-${i}`), 'same'].sort())
      expect(readFileSync(join(root, 'same'), 'utf8')).toBe('0')
      writeFileSync(join(root, 'new'), 'n')
      expect(readFileSync(join(snapshot.upper, 'new'), 'utf8')).toBe('n')
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(dir.path)
    } finally {
      closeSync(fd)
    }
  })

  it('mounts many layers with all of them visible', async () => {
    await using dir = await tempDir('overlay')
    const lower = layers(dir.path, 120)
    await using snapshot = createSnapshot(dir.join('snapshot'), { lower, ...option })
    const fd = await snapshot.mount()
    try {
      expect(readdirSync(`/proc/self/fd/${fd}`)).toHaveLength(121)
    } finally {
      closeSync(fd)
    }
  })

  it('is read-only without upper', async () => {
    await using dir = await tempDir('overlay')
    const lower = layers(dir.path, 2 + more)
    mkdirSync(dir.join('point'))
    for (const some of [lower, lower.slice(0, 1)]) {
      const fd = await mountOverlay({ lower: some, mountpoint: dir.join('point'), ...option })
      try {
        expect(() => writeFileSync(`/proc/self/fd/${fd}/x`, '')).toThrow(
          expect.objectContaining({ code: 'EROFS' }),
        )
      } finally {
        closeSync(fd)
      }
    }
  })

  it('names a missing layer and opens nothing', async () => {
    await using dir = await tempDir('overlay')
    const lower = [...layers(dir.path, 1 + more), dir.join('gone')]
    await using snapshot = createSnapshot(dir.join('snapshot'), { lower, ...option })
    const before = readdirSync('/proc/self/fd').length
    await expect(snapshot.mount()).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_OVERLAY_MISSING_LAYER', path: dir.join('gone') }),
    )
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })
})

describe('a snapshot whose process was killed while it mounted', () => {
  it('can be removed when its mounts are taken off', async () => {
    await using dir = await tempDir('overlay')
    await using snapshot = createSnapshot(dir.join('snapshot'), { lower: ['/'] })
    for (const _ of [1, 2]) mount('tmpfs', dir.join('snapshot', 'merged'), 'tmpfs')
    await unmountRemains(snapshot.directory)
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(dir.path)
    await snapshot.remove()
    await unmountRemains(snapshot.directory)
  })
})

describe('overlay limits', () => {
  it('refuses options that mount(2) would cut', async () => {
    await using dir = await tempDir('overlay')
    const lower = layers(dir.path, 300)
    mkdirSync(dir.join('point'))
    const features = { lowerdirPlus: false }
    await expect(mountOverlay({ lower, features, mountpoint: dir.join('point') })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_OVERLAY_TOO_MANY_LAYERS' }),
    )
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(dir.path)
    if (probeOverlay().lowerdirPlus) {
      const fd = await mountOverlay({ lower })
      expect(readdirSync(`/proc/self/fd/${fd}`)).toHaveLength(301)
      closeSync(fd)
    }
  })
  it('refuses 501 layers, none, and upper without work', async () => {
    const code = (code: string) => expect.objectContaining({ code })
    await expect(mountOverlay({ lower: Array(501).fill('/') })).rejects.toThrow(
      code('ERR_OVERLAY_TOO_MANY_LAYERS'),
    )
    await expect(mountOverlay({ lower: [] })).rejects.toThrow(code('ERR_INVALID_OVERLAY'))
    await expect(mountOverlay({ lower: ['/'], upper: '/tmp' })).rejects.toThrow(code('ERR_INVALID_OVERLAY'))
  })
  it('refuses an existing snapshot directory', async () => {
    await using dir = await tempDir('overlay')
    expect(() => createSnapshot(dir.path, { lower: ['/'] })).toThrow(
      expect.objectContaining({ code: 'ERR_SNAPSHOT_EXISTS' }),
    )
    expect(existsSync(dir.join('upper'))).toBe(false)
  })
})
