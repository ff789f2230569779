import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageDefaults, resolveUser } from '../index.js'

const code = (name: string) => expect.objectContaining({ code: name })

describe('resolveUser', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cofferdam-user-'))
    mkdirSync(join(root, 'etc'))
    writeFileSync(
      join(root, 'etc/passwd'),
      'root:x:0:0::/root:/bin/sh\nbroken\nweb:x:101:102::/srv:/bin/sh\n70:x:999:999::/:\nhuge:x:4294967296:0::/:\n',
    )
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nweb:x:102:\nlogs:x:4:web,root\nweb2:x:102:web\n')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it.each([
    ['', { uid: 0, gid: 0, groups: [4], name: 'root', home: '/root' }],
    ['web', { uid: 101, gid: 102, groups: [4], name: 'web', home: '/srv' }],
    ['101', { uid: 101, gid: 102, groups: [4], name: 'web', home: '/srv' }],
    ['web:logs', { uid: 101, gid: 4, groups: [], name: 'web', home: '/srv' }],
    ['12345:54321', { uid: 12345, gid: 54321, groups: [] }],
    ['12345', { uid: 12345, gid: 0, groups: [] }],
    ['70', { uid: 70, gid: 0, groups: [] }],
  ])('%j', async (user, expected) => {
    expect(await resolveUser(root, user)).toEqual(expected)
  })
  it.each(['nobody', 'huge', '2147483648', '4294967296', 'web:none', '1:2:3', 'web:', '0:2147483648'])(
    'refuses %j',
    async (user) => {
      await expect(resolveUser(root, user)).rejects.toThrow(code('ERR_UNKNOWN_USER'))
    },
  )
  it('reads only the files of the root', async () => {
    rmSync(join(root, 'etc/passwd'))
    symlinkSync('/etc/passwd', join(root, 'etc/passwd')) // in the root: a loop
    await expect(resolveUser(root, 'root')).rejects.toThrow(code('ERR_UNKNOWN_USER'))
    rmSync(join(root, 'etc/passwd'))
    symlinkSync('../../../../../../etc/shadow-of-root', join(root, 'etc/passwd'))
    writeFileSync(join(root, 'etc/shadow-of-root'), 'in:x:7:8::/:\n')
    expect(await resolveUser(root, 'in')).toMatchObject({ uid: 7, gid: 8 })
  })
  it('refuses a passwd file without end', async () => {
    writeFileSync(join(root, 'etc/passwd'), Buffer.alloc(1024 * 1024 + 1, '\n'))
    await expect(resolveUser(root, 'web')).rejects.toThrow(code('ERR_TOO_LARGE'))
  })
})

it('imageDefaults takes null for absent', () => {
  const image = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers' as const, diff_ids: [] } }
  expect(imageDefaults({ ...image, config: null })).toEqual({
    ...{
      env: [],
      entrypoint: [],
      cmd: [],
      user: '',
      workingDir: '/',
      volumes: [],
      exposedPorts: [],
      labels: {},
    },
  })
  expect(
    imageDefaults({ ...image, config: { Cmd: null, ExposedPorts: { '80/tcp': {} }, StopSignal: 'SIGQUIT' } }),
  ).toMatchObject({
    ...{ cmd: [], exposedPorts: ['80/tcp'], stopSignal: 'SIGQUIT' },
  })
})
