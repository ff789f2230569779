import { readlinkSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tempDir } from '@cofferdam/testing'
import { ImageLayout, MemoryStore, formatReference, mediaTypes, parseReference } from '../index.js'

const reference = parseReference('example.com/app:v1')

describe('an image layout', () => {
  it('makes blobs durable before the name', async () => {
    await using dir = await tempDir('layout')
    const layout = await ImageLayout.open(dir.path)
    await using probe = await open(dir.path)
    const handles = Object.getPrototypeOf(probe) as FileHandle
    const { sync } = handles
    const synced: string[] = []
    const bytes = Buffer.from('{}')
    const descriptor = await layout.add(bytes, new MemoryStore().add(bytes, mediaTypes.manifest))
    handles.sync = function (this: FileHandle) {
      synced.push(readlinkSync(`/proc/self/fd/${this.fd}`))
      return sync.call(this)
    }
    try {
      await layout.tag(reference, descriptor)
    } finally {
      handles.sync = sync
    }
    expect(synced[0]).toBe(dir.join('blobs', 'sha256'))
    // The last is the directory of index.json, which comes after the new file.
    expect(synced.slice(-2)).toEqual([expect.stringContaining('.ingest'), dir.path])
  })
  it('ends the wait for another writer at the signal', async () => {
    await using dir = await tempDir('layout')
    const layout = await ImageLayout.open(dir.path)
    const bytes = Buffer.from('{}')
    const descriptor = new MemoryStore().add(bytes, mediaTypes.manifest)
    const controller = new AbortController()
    await using writer = await layout.openBlob(descriptor)
    const second = layout.openBlob(descriptor, { signal: controller.signal })
    const third = layout.putManifest(descriptor, bytes, { signal: controller.signal })
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(second).rejects.toThrow('enough')
    await expect(third).rejects.toThrow('enough')
    await writer.write(bytes)
    await writer.commit()
    await using found = await layout.openBlob(descriptor, { signal: new AbortController().signal })
    expect(found.offset).toBe(bytes.length)
  })
  it('refuses a name with which index.json could not be read again', async () => {
    await using dir = await tempDir('layout')
    const layout = await ImageLayout.open(dir.path)
    const bytes = Buffer.from('{}')
    const descriptor = await layout.add(bytes, new MemoryStore().add(bytes, mediaTypes.manifest))
    await layout.tag(reference, descriptor)
    const annotations = { pad: 'x'.repeat(4 * 2 ** 20) }
    await expect(
      layout.tag(parseReference('example.com/big:v1'), { ...descriptor, annotations }),
    ).rejects.toMatchObject({ name: 'CofferdamError', code: 'ERR_TOO_LARGE', path: dir.join('index.json') })
    expect((await layout.list()).map(({ name }) => name)).toEqual([formatReference(reference)])
  })
})
