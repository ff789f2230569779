import { linkSync, mkdirSync, symlinkSync, writeFileSync, chmodSync, lchownSync, utimesSync } from 'node:fs'
import { requires, runCommand, tempDir } from '@cofferdam/testing'
import { ImageStore, MemoryStore, buildImage, packDirectory, parseReference } from '../../src/index.js'
import { compareTrees, describeTree } from '../support/tree.js'

const { describe } = requires({ root: true, commands: ['tar', 'setfattr', 'setcap', 'mknod'] })
const reference = parseReference('localhost/packed:1')

/** A directory with one of everything. */
async function everything(dir: string): Promise<void> {
  const long = 'n'.repeat(180)
  mkdirSync(`${dir}/sub/${long}/${long}`, { recursive: true })
  writeFileSync(`${dir}/sub/${long}/${long}/file`, 'deep')
  writeFileSync(`${dir}/plain`, 'x'.repeat(3_000_000))
  writeFileSync(`${dir}/empty`, '')
  linkSync(`${dir}/plain`, `${dir}/sub/linked`)
  symlinkSync(`../${long}`, `${dir}/sub/symlink`)
  symlinkSync('dangling', `${dir}/owned`)
  lchownSync(`${dir}/owned`, 5, 6)
  writeFileSync(`${dir}/setuid`, '')
  writeFileSync(`${dir}/capable`, '')
  writeFileSync(Buffer.from(`${dir}/latin-\xe9`, 'latin1'), '')
  const script = `mknod '${dir}/null' c 1 3; mknod '${dir}/disk' b 259 70000; mkfifo -m 622 '${dir}/fifo'; chown 3000000:70 '${dir}/setuid'
    chmod 6755 '${dir}/setuid'; setcap cap_net_raw+ep '${dir}/capable'; setfattr -n user.note -v hello '${dir}/sub' '${dir}/plain'; chmod 1777 '${dir}/sub'`
  ;(await runCommand(['sh', '-ec', script])).ok()
  chmodSync(`${dir}/empty`, 0o400)
  utimesSync(`${dir}/sub`, 77, 77)
}

describe('packing', () => {
  it.each(['none', 'gzip', 'zstd'] as const)('unpacks to the same tree (%s)', async (compression) => {
    await using dir = await tempDir('pack')
    mkdirSync(dir.join('tree'))
    await everything(dir.join('tree'))
    await using store = await ImageStore.open(dir.join('store'))
    await buildImage(store, {
      layers: [{ directory: dir.join('tree') }],
      reference,
      compression,
      config: { Cmd: ['/x'] },
    })
    const image = await store.get(reference)
    expect(image.defaults.cmd).toEqual(['/x'])
    expect(compareTrees(describeTree(dir.join('tree')), describeTree(image.layers[0]!))).toEqual([])
  })
  it('writes what GNU tar reads', async () => {
    await using dir = await tempDir('pack')
    mkdirSync(dir.join('tree'))
    await everything(dir.join('tree'))
    const chunks: Buffer[] = []
    for await (const chunk of packDirectory(dir.join('tree'))) chunks.push(chunk)
    writeFileSync(dir.join('out.tar'), Buffer.concat(chunks))
    mkdirSync(dir.join('gnu'))
    ;(
      await runCommand([
        'tar',
        '-C',
        dir.join('gnu'),
        '--xattrs',
        '--xattrs-include=*',
        '-xpf',
        dir.join('out.tar'),
      ])
    ).ok()
    expect(compareTrees(describeTree(dir.join('tree')), describeTree(dir.join('gnu')))).toEqual([])
  })
  it('is reproducible with SOURCE_DATE_EPOCH', async () => {
    await using dir = await tempDir('pack')
    mkdirSync(dir.join('tree'))
    writeFileSync(dir.join('tree', 'file'), 'x')
    const build = (seconds: number) => {
      utimesSync(dir.join('tree', 'file'), seconds, seconds)
      return buildImage(new MemoryStore(), {
        layers: [{ directory: dir.join('tree') }],
        sourceDateEpoch: 1000,
      })
    }
    expect(await build(2000)).toEqual(await build(3000))
    expect(await build(500)).not.toEqual(await build(3000))
  })
  it('writes an upper directory of overlayfs as whiteouts, which unpack again', async () => {
    await using dir = await tempDir('pack')
    mkdirSync(dir.join('upper', 'opaque', 'below'), { recursive: true })
    const script = `mknod '${dir.join('upper', 'opaque', 'gone')}' c 0 0; setfattr -n user.overlay.opaque -v y '${dir.join('upper', 'opaque')}'`
    ;(await runCommand(['sh', '-ec', script])).ok()
    const chunks: Buffer[] = []
    for await (const chunk of packDirectory(dir.join('upper'), { overlay: true })) chunks.push(chunk)
    writeFileSync(dir.join('out.tar'), Buffer.concat(chunks))
    const { stdout } = (await runCommand(['tar', '-tf', dir.join('out.tar')])).ok()
    expect(stdout.toString().trim().split('\n')).toEqual([
      './',
      'opaque/',
      'opaque/.wh..wh..opq',
      'opaque/below/',
      'opaque/.wh.gone',
    ])
  })
})
