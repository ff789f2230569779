import { tempDir } from '@cofferdam/testing'
import { ImageLayout, MemoryStore, formatReference, mediaTypes, parseReference } from '../index.js'

const reference = parseReference('example.com/app:v1')

describe('an image layout', () => {
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
