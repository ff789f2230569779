import { MountAttr } from './constants.js'
import { mountOptionNames, parseMountOptions } from './parse.js'

const { ATIME, NOATIME, STRICTATIME, RDONLY, NOSUID, NODEV, NOEXEC, NODIRATIME, NOSYMFOLLOW } = MountAttr

describe('parseMountOptions', () => {
  it.each([
    ['ro', RDONLY, 0],
    ['rw', 0, RDONLY],
    ['nosuid', NOSUID, 0],
    ['suid', 0, NOSUID],
    ['nodev', NODEV, 0],
    ['dev', 0, NODEV],
    ['noexec', NOEXEC, 0],
    ['exec', 0, NOEXEC],
    ['nodiratime', NODIRATIME, 0],
    ['diratime', 0, NODIRATIME],
    ['nosymfollow', NOSYMFOLLOW, 0],
    ['symfollow', 0, NOSYMFOLLOW],
    ['noatime', NOATIME, ATIME],
    ['atime', 0, ATIME],
    ['strictatime', STRICTATIME, ATIME],
    ['nostrictatime', 0, ATIME],
    ['relatime', 0, ATIME],
    ['norelatime', 0, ATIME],
  ])('%s and its recursive form', (name, set, clear) => {
    expect(parseMountOptions([name])).toMatchObject({
      attributes: { set, clear },
      recursive: { set: 0, clear: 0 },
      data: [],
    })
    expect(parseMountOptions([`r${name}`])).toMatchObject({
      attributes: { set: 0, clear: 0 },
      recursive: { set, clear },
      data: [],
    })
  })
  it('lets the later option win', () => {
    expect(parseMountOptions(['ro', 'rw', 'noatime', 'strictatime']).attributes).toEqual({
      set: STRICTATIME,
      clear: RDONLY | ATIME,
    })
    expect(parseMountOptions(['rw', 'ro']).attributes).toEqual({ set: RDONLY, clear: 0 })
  })
  it('keeps propagation in order and apart from attributes', () => {
    expect(parseMountOptions(['rprivate', 'shared', 'unbindable', 'rslave']).propagation).toEqual([
      { type: 'private', recursive: true },
      { type: 'shared', recursive: false },
      { type: 'unbindable', recursive: false },
      { type: 'slave', recursive: true },
    ])
  })
  it('hands the rest to the file system', () => {
    expect(parseMountOptions(['nosuid', 'mode=755', 'size=64k', 'sync', 'silent', 'defaults'])).toMatchObject(
      {
        data: ['mode=755', 'size=64k'],
        superblock: ['sync'],
        attributes: { set: NOSUID },
      },
    )
  })
  it('knows bind, idmap, remount, copy up', () => {
    expect(parseMountOptions(['rbind', 'ridmap', 'remount', 'tmpcopyup'])).toMatchObject({
      bind: 'rbind',
      idmap: 'ridmap',
      remount: true,
      copyUp: true,
    })
  })
  it('refuses data on a bind mount, empty and NUL', () => {
    for (const bad of [['bind', 'size=1k'], [''], ['a\0b']]) {
      expect(() => parseMountOptions(bad)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_MOUNT_OPTION' }),
      )
    }
  })
  it('takes names of Object.prototype as data', () => {
    expect(parseMountOptions(['constructor', 'toString']).data).toEqual(['constructor', 'toString'])
  })
  it('knows every MUST and SHOULD option of the specification', () => {
    const words = `async atime bind defaults dev diratime dirsync exec iversion lazytime loud noatime nodev nodiratime
      noexec noiversion nolazytime norelatime nostrictatime nosuid private ratime rbind rdev rdiratime relatime remount
      rexec rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro
      rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime suid symfollow
      nosymfollow sync unbindable idmap ridmap mand nomand tmpcopyup`
    for (const word of words.split(/\s+/)) expect(mountOptionNames).toContain(word)
  })
})
