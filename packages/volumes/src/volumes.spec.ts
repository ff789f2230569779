import { bind, normalizeVolumes, parseTmpfs, parseVolume, tmpfs } from './index.js'

const refuses = (code: string, act: () => unknown) => expect(act).toThrow(expect.objectContaining({ code }))

describe('volumes', () => {
  it('reads Docker texts', () => {
    expect(parseVolume('/tmp:/data:ro')).toEqual(['/data', bind('/tmp', { readonly: true })])
    expect(parseTmpfs('/run:size=64m,mode=700')).toEqual(['/run', tmpfs('64m', { mode: '700' })])
  })
  it.each(['/a', 'x', 'name:/data', '/a:/b:wat', '/a:/b:ro:x'])('refuses -v %s', (text) =>
    refuses('ERR_INVALID_VOLUME', () => parseVolume(text)),
  )
  it.each([['data'], ['/'], ['/a/../..']])('refuses the mount point %s', (target) =>
    refuses('ERR_INVALID_VOLUME', () => normalizeVolumes({ [target]: tmpfs() })),
  )
  it('refuses a missing host path and a target given twice', () => {
    refuses('ERR_INVALID_VOLUME', () => normalizeVolumes({ '/a': '/no/such/path' }))
    refuses('ERR_INVALID_VOLUME', () => normalizeVolumes({ '/a': tmpfs(), '/a/': tmpfs() }))
  })
})
