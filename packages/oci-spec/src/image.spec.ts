import {
  mediaTypes,
  parseManifest,
  validateDescriptor,
  validateImageConfig,
  validateImageLayout,
} from './index.js'
import { validateIndex, validateManifest } from './index.js'

const digest = `sha256:${'a'.repeat(64)}`
const descriptor = { mediaType: mediaTypes.layerGzip, digest, size: 32654 }
const manifest = {
  schemaVersion: 2,
  config: { ...descriptor, mediaType: mediaTypes.config },
  layers: [descriptor],
}
const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [digest] } }

describe('documents of images', () => {
  it('accepts a manifest, an index, a configuration and a layout', () => {
    expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest)
    const platform = { architecture: 'arm64', os: 'linux', variant: 'v8' }
    expect(() => validateIndex({ schemaVersion: 2, manifests: [{ ...descriptor, platform }] })).not.toThrow()
    expect(() => validateImageConfig(config)).not.toThrow()
    expect(() => validateImageLayout({ imageLayoutVersion: '1.0.0' })).not.toThrow()
  })

  it('accepts what Docker and umoci write: null lists, no layers', () => {
    const nulls = { Entrypoint: null, Cmd: null, Volumes: null, Env: null, Labels: null, ExposedPorts: null }
    expect(() => validateImageConfig({ ...config, config: { ...nulls, Healthcheck: null } })).not.toThrow()
    expect(() => validateImageConfig({ ...config, created: null, history: null })).not.toThrow()
    expect(() => validateManifest({ ...manifest, layers: [] })).not.toThrow()
  })

  it.each([
    [{ ...descriptor, digest: 'sha256:abc' }, 'at digest: "sha256:abc" is not a digest'],
    [{ ...descriptor, digest: `sha256:../../${'a'.repeat(58)}` }, 'is not a digest'],
    [{ ...descriptor, size: -1 }, 'at size: -1 is below 0'],
    [{ ...descriptor, size: 1.5 }, 'at size: 1.5 is not an integer'],
    [{ ...descriptor, mediaType: 'x' }, 'at mediaType: "x" is not a media type'],
    [{ ...descriptor, platform: { os: 'linux' } }, 'at platform: "architecture" is missing'],
  ])('refuses the descriptor %j', (value, expected) => {
    expect(() => validateDescriptor(value)).toThrow(expected)
  })

  it.each([
    [
      { ...config, rootfs: { type: 'layers', diff_ids: ['x'] } },
      'at rootfs.diff_ids[0]: "x" is not a digest',
    ],
    [{ ...config, created: 'yesterday' }, 'at created: "yesterday" is not an RFC 3339 time'],
    [{ ...config, config: { User: 0 } }, 'at config.User: 0 is not a string'],
    [{ ...config, config: { Env: 'A=b' } }, 'at config.Env: "A=b" is not an array or null'],
  ])('refuses the configuration %j', (value, expected) => {
    expect(() => validateImageConfig(value)).toThrow(expected)
  })

  it('refuses a document that is manifest and index at once', () => {
    const both = { ...manifest, manifests: [descriptor] }
    const refusal = expect.objectContaining({ code: 'ERR_INVALID_IMAGE' }) as Error
    expect(() => validateManifest(both)).toThrow(refusal)
    expect(() => validateIndex(both)).toThrow(refusal)
  })

  it('stops at the first fault of a hostile document', () => {
    const layers = Array.from({ length: 1000 }, () => ({}))
    expect(() => validateManifest({ ...manifest, layers })).toThrow(
      /^the manifest is not valid: at layers\[0\]: "mediaType" is missing$/,
    )
  })
})
