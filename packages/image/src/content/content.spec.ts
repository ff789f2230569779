import fc from 'fast-check'
import {
  choosePlatform,
  computeDigest,
  formatPlatform,
  isIndex,
  layerCompression,
  mediaTypes,
  normalisePlatform,
  parseDescriptor,
  parseJson,
  parseManifest,
  parsePlatform,
  platformRuns,
  verifyStream,
  type Descriptor,
} from '../index.js'

const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const blob = (text: string, mediaType: string = mediaTypes.layer): Descriptor => ({
  mediaType,
  digest: computeDigest(bytes(text)),
  size: text.length,
})
const code = (name: string) => expect.objectContaining({ code: name })

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(bytes(text), 'x')).toEqual(JSON.parse(text))
      }),
    )
  })
  it.each([
    '{"a":1,"a":2}',
    '{"b":[{"a":1,"\\u0061":2}]}',
    '[{}, {"x":{"y":1,"z":"}","y":2}}]',
    '{"\\"":1,"\\"":1}',
  ])('refuses the duplicate key of %s', (text) => {
    expect(() => parseJson(bytes(text), 'x')).toThrow(code('ERR_INVALID_JSON'))
  })
  it('finds any duplicate key put into an object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (object, pick) => {
        const keys = Object.keys(object)
        const key = JSON.stringify(keys[pick % keys.length])
        const text = `{"outer":[${JSON.stringify(object).slice(0, -1)},${key}:null}]}`
        expect(() => parseJson(bytes(text), 'x')).toThrow(/occurs twice/)
      }),
    )
  })
  it('refuses bytes that are not UTF-8, and a byte order mark', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), 'x')).toThrow(code('ERR_INVALID_JSON'))
    expect(() => parseJson(bytes('\ufeff{}'), 'x')).toThrow(code('ERR_INVALID_JSON'))
  })
})

describe('parseManifest', () => {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: blob('{}'),
    layers: [blob('a')],
  }
  const index = { schemaVersion: 2, manifests: [blob('m', mediaTypes.manifest)] }

  it('reads manifests and indexes, keeps unknown fields, takes null for absent', () => {
    const read = parseManifest(bytes({ ...manifest, annotations: null, extra: 1 }))
    expect(isIndex(read)).toBe(false)
    expect(read).toEqual({ ...manifest, extra: 1 })
    expect(parseManifest(bytes(index), mediaTypes.index)).toMatchObject({
      ...index,
      mediaType: mediaTypes.index,
    })
  })
  it.each([
    ['announced as another type', manifest, mediaTypes.index, 'ERR_MEDIA_TYPE_MISMATCH'],
    ['index and manifest at once', { ...manifest, manifests: [] }, undefined, 'ERR_INVALID_MANIFEST'],
    ['schema 1', { schemaVersion: 1 }, mediaTypes.dockerManifestV1Signed, 'ERR_UNSUPPORTED_MANIFEST'],
    ['schemaVersion 1', { ...manifest, schemaVersion: 1 }, undefined, 'ERR_INVALID_MANIFEST'],
    ['a list', [], undefined, 'ERR_INVALID_MANIFEST'],
    ['no config', { ...manifest, config: undefined }, undefined, 'ERR_INVALID_MANIFEST'],
    ['layers no list', { ...manifest, layers: {} }, undefined, 'ERR_INVALID_MANIFEST'],
    [
      'a negative size',
      { ...manifest, layers: [{ ...blob('a'), size: -1 }] },
      undefined,
      'ERR_INVALID_MANIFEST',
    ],
    [
      'a huge size',
      { ...manifest, layers: [{ ...blob('a'), size: 2 ** 53 }] },
      undefined,
      'ERR_INVALID_MANIFEST',
    ],
    [
      'a path as digest',
      { ...manifest, layers: [{ ...blob('a'), digest: 'sha256:../x' }] },
      undefined,
      'ERR_INVALID_DIGEST',
    ],
    [
      'an upper-case digest',
      { ...manifest, config: { ...blob('a'), digest: `sha256:${'A'.repeat(64)}` } },
      undefined,
      'ERR_INVALID_DIGEST',
    ],
    ['annotations of numbers', { ...manifest, annotations: { a: 1 } }, undefined, 'ERR_INVALID_MANIFEST'],
    ['too many bytes', `{"x":"${'x'.repeat(4 << 20)}"}`, undefined, 'ERR_TOO_LARGE'],
  ])('refuses %s', (_name, document, type, expected) => {
    expect(() => parseManifest(bytes(document), type)).toThrow(code(expected))
  })
  it('never fails but with its own errors', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parseManifest(bytes(text))
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^ERR_(INVALID|UNSUPPORTED|MEDIA)_/)
        }
      }),
    )
  })
  it('checks the platform of a descriptor', () => {
    expect(() => parseDescriptor({ ...blob('a'), platform: { os: 'linux' } })).toThrow(
      /architecture is missing/,
    )
  })
})

describe('platforms', () => {
  const entry = (text: string, platform: string): Descriptor => ({
    ...blob(text),
    platform: parsePlatform(platform),
  })

  it.each([
    ['linux/x86_64', 'linux/amd64'],
    ['arm', 'linux/arm/v7'],
    ['linux/aarch64/v8', 'linux/arm64'],
    ['linux/armel', 'linux/arm/v6'],
    ['Linux/ARM64/9', 'linux/arm64/v9'],
  ])('%s is %s', (text, formatted) => {
    expect(formatPlatform(parsePlatform(text))).toBe(formatted)
    expect(normalisePlatform(parsePlatform(formatted))).toEqual(parsePlatform(text))
  })
  it.each(['', 'a/b/c/d', 'linux/', 'linux/a b'])('refuses %j', (text) => {
    expect(() => parsePlatform(text)).toThrow(code('ERR_INVALID_PLATFORM'))
  })
  it('takes the best, of equals the first', () => {
    const list = [
      entry('1', '386'),
      entry('2', 'amd64'),
      entry('3', 'amd64'),
      entry('4', 'amd64/v3'),
      entry('5', 'arm/v6'),
    ]
    expect(choosePlatform(list, parsePlatform('amd64'))).toBe(list[1])
    expect(choosePlatform(list, parsePlatform('amd64/v4'))).toBe(list[3])
    expect(choosePlatform(list.slice(0, 1), parsePlatform('amd64'))).toBe(list[0])
    expect(choosePlatform(list, parsePlatform('arm64'))).toBe(list[4])
    expect(choosePlatform(list, parsePlatform('arm/v5'))).toBeUndefined()
    expect(choosePlatform(list, parsePlatform('s390x'))).toBeUndefined()
  })
  it('takes an entry without platform only if it is alone, and never an attestation', () => {
    expect(choosePlatform([blob('1')], parsePlatform('amd64'))).toEqual(blob('1'))
    expect(choosePlatform([blob('1'), blob('2')], parsePlatform('amd64'))).toBeUndefined()
    expect(choosePlatform([entry('1', 'unknown/unknown')], parsePlatform('amd64'))).toBeUndefined()
  })
  it('knows what runs where', () => {
    expect(platformRuns(parsePlatform('arm64'), parsePlatform('arm/v7'))).toBe(true)
    expect(platformRuns(parsePlatform('amd64'), parsePlatform('amd64/v3'))).toBe(false)
  })
})

describe('verifyStream', () => {
  async function* cut(data: Buffer, lengths: number[]): AsyncGenerator<Uint8Array> {
    let at = 0
    for (const length of lengths) yield data.subarray(at, (at += length))
    yield data.subarray(at)
  }
  const collect = async (chunks: AsyncIterable<Uint8Array>) => {
    const seen: Uint8Array[] = []
    for await (const chunk of chunks) seen.push(chunk)
    return Buffer.concat(seen)
  }
  it('passes the right bytes, however cut, and notices any change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.array(fc.nat(50), { maxLength: 5 }),
        fc.nat(),
        async (array, lengths, flip) => {
          const data = Buffer.from(array)
          const descriptor = { mediaType: 'x', digest: computeDigest(data), size: data.length }
          expect(await collect(verifyStream(cut(data, lengths), descriptor))).toEqual(data)
          const changed = Buffer.from(data)
          changed[flip % data.length]! ^= 1
          await expect(collect(verifyStream(cut(changed, lengths), descriptor))).rejects.toThrow(
            code('ERR_DIGEST_MISMATCH'),
          )
          const short = data.subarray(1)
          await expect(collect(verifyStream(cut(short, []), descriptor))).rejects.toThrow(
            code('ERR_SIZE_MISMATCH'),
          )
        },
      ),
    )
  })
  it('ends at the first byte too many', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(10)
    }
    const descriptor = { mediaType: 'x', digest: computeDigest(Buffer.alloc(25)), size: 25 }
    await expect(collect(verifyStream(endless(), descriptor))).rejects.toThrow(/more than 25/)
  })
})

it('knows compressions by media type', () => {
  expect(
    [
      mediaTypes.layer,
      mediaTypes.layerGzip,
      mediaTypes.layerZstd,
      mediaTypes.dockerLayerGzip,
      mediaTypes.config,
    ].map(layerCompression),
  ).toEqual(['none', 'gzip', 'zstd', 'gzip', undefined])
})
