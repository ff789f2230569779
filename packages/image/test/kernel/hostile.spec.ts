import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { requires, tempDir, type TempDir } from '@cofferdam/testing'
import { unpackLayer, type LayerLimits, type UnpackedLayer } from '../../src/index.js'
import { removeAt } from '../../src/layout/temporary.js'
import { archive } from '../support/archive.js'

const { describe } = requires({ root: true })

async function unpack(dir: TempDir, blob: Buffer, limits?: LayerLimits): Promise<UnpackedLayer> {
  writeFileSync(dir.join('blob'), blob)
  mkdirSync(dir.join('outside'), { recursive: true })
  writeFileSync(dir.join('outside', 'secret'), 'untouched')
  mkdirSync(dir.join('root'), { recursive: true })
  return unpackLayer(dir.join('blob'), dir.join('root'), limits === undefined ? {} : { limits })
}

describe('an archive that tries to break out', () => {
  let dir: TempDir
  beforeEach(async () => {
    dir = await tempDir('hostile')
  })
  afterEach(async () => {
    await removeAt(dir.path, 'root') // it may be too deep for rm
    const outside = existsSync(dir.join('outside')) ? readdirSync(dir.join('outside')) : ['secret']
    const untouched = readFileSync(dir.join('outside', 'secret'), 'utf8')
    await dir[Symbol.asyncDispose]()
    expect([outside, untouched]).toEqual([['secret'], 'untouched'])
  })
  const inside = (path: string) => readFileSync(dir.join('root', path), 'utf8')

  it.each([
    '../outside/secret',
    '../../../../outside/secret',
    '/outside/secret',
    './/x/../../outside/secret',
  ])('by the name %s stays in the root', async (path) => {
    await unpack(dir, archive({ path, content: 'mine' }))
    expect(inside('outside/secret')).toBe('mine')
  })
  it('through symlinks, upwards and absolute, stays in the root', async () => {
    const up = '../'.repeat(20)
    await unpack(
      dir,
      archive(
        { path: 'up', type: 'symlink', target: `${up}${dir.path.slice(1)}/outside` },
        { path: 'up/secret', content: 'a' },
        { path: 'absolute', type: 'symlink', target: `${dir.path}/outside` },
        { path: 'absolute/secret', content: 'b' },
        { path: 'magic', type: 'symlink', target: '/proc/self/root' },
        { path: 'magic/escaped', content: 'c' },
      ),
    )
    expect(inside(`${dir.path}/outside/secret`)).toBe('b')
    expect(inside('proc/self/root/escaped')).toBe('c')
  })
  it('does not write through a terminal symlink', async () => {
    await unpack(
      dir,
      archive(
        { path: 'f', type: 'symlink', target: `${dir.path}/outside/secret` },
        { path: 'f', content: 'x' },
      ),
    )
    expect(lstatSync(dir.join('root', 'f')).isFile()).toBe(true)
  })
  it('does not change mode, owner or time through a symlink', async () => {
    const result = unpack(
      dir,
      archive(
        { path: 'd', type: 'directory' },
        { path: 'd/x', content: '1' },
        { path: 'd', type: 'symlink', target: '../outside' },
        { path: 'd/x', content: '2', mode: 0o777 },
      ),
    )
    await result
    expect(readlinkSync(dir.join('root', 'd'))).toBe('../outside')
    expect(inside('outside/x')).toBe('2')
  })
  it('sees a directory replaced by a symlink between entries', async () => {
    await unpack(
      dir,
      archive(
        { path: 'a/b/one', content: '1' },
        { path: 'a/b', type: 'symlink', target: '/elsewhere' },
        { path: 'a/b/two', content: '2' },
        { path: 'a/b', type: 'directory' },
        { path: 'a/b/three', content: '3' },
      ),
    )
    expect(inside('elsewhere/two')).toBe('2')
    expect(readdirSync(dir.join('root', 'a/b'))).toEqual(['three'])
  })
  it.each([
    ['../outside/secret', 'ERR_LAYER_ENTRY'],
    ['/outside/secret', 'ERR_LAYER_ENTRY'],
    ['later', 'ERR_LAYER_ENTRY'],
  ])('cannot make a hard link to %s', async (target, code) => {
    await expect(unpack(dir, archive({ path: 'link', type: 'link', target }))).rejects.toMatchObject({
      code,
      path: 'link',
    })
  })
  it('links to absolute targets in the root, as kaniko writes them', async () => {
    await unpack(
      dir,
      archive({ path: 'usr/a', content: 'x' }, { path: 'bin/b', type: 'link', target: '/usr/a' }),
    )
    expect(lstatSync(dir.join('root', 'bin/b')).ino).toBe(lstatSync(dir.join('root', 'usr/a')).ino)
  })
  it('does not follow a symlink that a hard link names', async () => {
    await unpack(
      dir,
      archive(
        { path: 's', type: 'symlink', target: `${dir.path}/outside/secret` },
        { path: 'h', type: 'link', target: 's' },
        { path: 'h', content: 'x' },
      ),
    )
    expect(readlinkSync(dir.join('root', 's'))).toContain('outside')
  })
  it.each([
    ['a root that is a link', archive({ path: '.', type: 'symlink', target: '/etc' }), 'ERR_LAYER_ENTRY'],
    ['a device 0:0', archive({ path: 'w', type: 'char' }), 'ERR_LAYER_ENTRY'],
    ['a whiteout of no name', archive({ path: 'a/.wh.' }), 'ERR_LAYER_ENTRY'],
    ['a whiteout of the directory', archive({ path: 'a/.wh..' }), 'ERR_LAYER_ENTRY'],
    ['a whiteout of the parent', archive({ path: 'a/.wh...' }), 'ERR_LAYER_ENTRY'],
    ['an owner above 2^31', archive({ path: 'a', uid: 2 ** 31 }), 'ERR_LAYER_ENTRY'],
    ['an owner of 2^32', archive({ path: 'a', gid: 2 ** 32 }), 'ERR_LAYER_ENTRY'],
    ['a header that is none', Buffer.concat([Buffer.alloc(512, 1), Buffer.alloc(1024)]), 'ERR_LAYER_INVALID'],
    [
      'a file cut short',
      archive({ path: 'a', content: 'x'.repeat(5000) }).subarray(0, 1024),
      'ERR_LAYER_TRUNCATED',
    ],
    ['a gzip stream cut short', gzipSync(archive({ path: 'a' })).subarray(0, -9), 'ERR_LAYER_TRUNCATED'],
    [
      'a damaged gzip stream',
      Buffer.concat([gzipSync(archive({ path: 'a' })).subarray(0, -8), Buffer.alloc(8)]),
      'ERR_LAYER_CORRUPT',
    ],
    [
      'garbage after a gzip stream',
      Buffer.concat([gzipSync(archive({ path: 'a' })), Buffer.from('garbage')]),
      'ERR_LAYER_CORRUPT',
    ],
    [
      'a zstd stream cut short',
      zstdCompressSync(archive({ path: 'a' })).subarray(0, -3),
      'ERR_LAYER_TRUNCATED',
    ],
  ])('refuses %s', async (_name, blob, code) => {
    await expect(unpack(dir, blob)).rejects.toMatchObject({ code })
  })
  it('takes many members, zero padding, and bytes after the end of the archive', async () => {
    const tar = archive({ path: 'a', content: 'x'.repeat(3000) })
    const members = [tar.subarray(0, 700), tar.subarray(700), Buffer.from('tail')].map((part) =>
      gzipSync(part),
    )
    const result = await unpack(dir, Buffer.concat([...members, Buffer.alloc(777)]))
    expect(result.tarSize).toBe(tar.length + 4)
    expect(inside('a')).toHaveLength(3000)
  })
  it('takes an archive that ends right after the content of a file', async () => {
    await unpack(dir, archive({ path: 'a', content: 'only' }).subarray(0, 516))
    expect(inside('a')).toBe('only')
  })
  it('stops bombs: bytes, entries, ratio', async () => {
    const big = archive({ path: 'a', content: 'x'.repeat(70 << 20) })
    await expect(unpack(dir, gzipSync(big), { maxBytes: 1 << 20 })).rejects.toMatchObject({
      code: 'ERR_LAYER_TOO_LARGE',
    })
    await expect(unpack(dir, gzipSync(big), { maxRatio: 100 })).rejects.toMatchObject({
      code: 'ERR_LAYER_TOO_LARGE',
    })
    const many = archive(...Array.from({ length: 20 }, (_, index) => ({ path: `f${index}` })))
    await expect(unpack(dir, many, { maxEntries: 19 })).rejects.toMatchObject({ code: 'ERR_LAYER_TOO_LARGE' })
    await unpack(dir, many, { maxEntries: 20 })
  })
  it('counts the directories that it has to make', async () => {
    const deep = archive({ path: 'a/b/c/file' })
    await expect(unpack(dir, deep, { maxEntries: 3 })).rejects.toMatchObject({ code: 'ERR_LAYER_TOO_LARGE' })
    await unpack(dir, archive({ path: 'd/e/f/file' }), { maxEntries: 4 })
  })
  it('stops paths that fill memory', async () => {
    const path = (index: number) => `${index}/${'a/'.repeat(2040)}file`
    const few = await unpack(
      dir,
      archive(...Array.from({ length: 3 }, (_, index) => ({ path: path(index) }))),
    )
    expect(few.implied).toHaveLength(3 * 2041 + 1)
    const many = Array.from({ length: 20 }, (_, index) => ({ path: path(10 + index) }))
    await expect(unpack(dir, archive(...many))).rejects.toMatchObject({ code: 'ERR_LAYER_TOO_LARGE' })
  })
  it('remembers a directory that comes again and again once, as it came last', async () => {
    const again = (count: number, path: string) =>
      Array.from({ length: count }, (_, index) => ({ path, type: 'directory' as const, mtime: index }))
    const path = `${'a'.repeat(250)}/`.repeat(16)
    // 20000 times 4 KiB would be more than may be remembered.
    await unpack(dir, archive(...again(20_000, path), { path: `${path}file` }))
    expect(lstatSync(dir.join('root', path)).mtimeMs).toBe(19_999_000)
  })
  it('stops an archive without end', async () => {
    const tail = Buffer.concat([archive({ path: 'a' }), Buffer.alloc(70 << 20)])
    await expect(unpack(dir, gzipSync(tail), { maxBytes: 1 << 20 })).rejects.toMatchObject({
      code: 'ERR_LAYER_TOO_LARGE',
    })
  })
  it("never sets overlayfs's own attributes", async () => {
    const xattrs = {
      'user.overlay.opaque': 'y',
      'trusted.overlay.opaque': 'y',
      'user.overlay.redirect': '/x',
      'user.kept': 'v',
    }
    const result = await unpack(dir, archive({ path: 'd', type: 'directory', xattrs }))
    expect(result.skippedXattrs).toBe(3)
  })
})

describe('whiteouts', () => {
  const isWhiteout = (path: string) => lstatSync(path).isCharacterDevice() && lstatSync(path).rdev === 0

  it('do nothing behind a link of the layer', async () => {
    await using dir = await tempDir('whiteout')
    await unpack(
      dir,
      archive(
        { path: 'link', type: 'symlink', target: 'elsewhere' },
        { path: 'link/.wh.x' },
        { path: 'link/.wh..wh..opq' },
      ),
    )
    expect(readdirSync(dir.join('root'))).toEqual(['link'])
  })
  it('hide what is below, never what the layer has itself, in any order', async () => {
    await using dir = await tempDir('whiteout')
    const result = await unpack(
      dir,
      archive(
        { path: 'gone/.wh.file' },
        { path: 'file', content: 'new' },
        { path: '.wh.file' },
        { path: '.wh.after' },
        { path: 'after', content: 'new' },
        { path: 'dir/sub', content: 'new' },
        { path: '.wh.dir' },
        { path: 'other/.wh..wh..opq' },
      ),
    )
    const at = (path: string) => dir.join('root', path)
    expect(isWhiteout(at('gone/file'))).toBe(true)
    expect([readFileSync(at('file'), 'utf8'), readFileSync(at('after'), 'utf8')]).toEqual(['new', 'new'])
    expect(readdirSync(at('dir'))).toEqual(['sub'])
    expect(readdirSync(at('other'))).toEqual([])
    expect(result.implied.map(String).sort()).toEqual(['', 'dir', 'gone', 'other'])
  })
})
