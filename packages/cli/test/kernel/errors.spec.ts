import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand, startRegistry, tempDir, testUser } from '@cofferdam/testing'
import { busyboxLab, commandTest } from '../support/lab.js'

commandTest('errors of the command', () => {
  const lab = busyboxLab()

  const run = (...args: string[]) => lab.run(['--json', 'run', '--rm', '--network', 'none', ...args])
  const errorOf = (stderr: string) =>
    (
      JSON.parse(stderr.trim().split('\n').at(-1)!) as {
        error: { code: string; message: string; hint?: string }
      }
    ).error

  it('127: no such program', async () => {
    const { exitCode, stderr } = await run(lab.busybox, 'no-such-program')
    expect(exitCode).toBe(127)
    expect(errorOf(stderr)).toMatchObject({
      code: 'ERR_PROGRAM_NOT_FOUND',
      message: expect.stringContaining('no-such-program'),
    })
  })

  it('126: not executable', async () => {
    const { exitCode, stderr } = await run(lab.busybox, '/etc/passwd')
    expect(exitCode).toBe(126)
    expect(errorOf(stderr).code).toBe('ERR_EXEC')
  })

  it.each<[name: string, code: string, hint: RegExp, args: string[]]>([
    [
      'a bad reference',
      'ERR_INVALID_REFERENCE',
      /centos:latest/,
      ['192.0.2.1/project/centos: latest', 'true'],
    ],
    ['a bad variable', 'ERR_INVALID_ARGUMENT', /KEY=VALUE: =x/, ['-e', '=x', 'BUSYBOX', 'true']],
    [
      'a security option that cannot be had',
      'ERR_INVALID_ARGUMENT',
      /apparmor=mine is not supported/,
      ['--security-opt', 'apparmor=mine', 'BUSYBOX', 'true'],
    ],
    [
      'a file for the id that is there',
      'ERR_CIDFILE',
      /exists/,
      ['-d', '--cidfile', '/etc/passwd', 'BUSYBOX', 'true'],
    ],
    ['a bad memory limit', 'ERR_INVALID_BYTES', /./, ['-m', 'much', 'BUSYBOX', 'true']],
    ['too little memory', 'ERR_INVALID_LIMIT', /6 MiB/, ['-m', '1m', 'BUSYBOX', 'true']],
    ['a missing bind source', 'ERR_INVALID_VOLUME', /./, ['-v', '/no/such:/x', 'BUSYBOX', 'true']],
    ['a volume on /', 'ERR_INVALID_VOLUME', /./, ['-v', '/tmp:/', 'BUSYBOX', 'true']],
    ['an unknown network', 'ERR_NETWORK_NOT_FOUND', /bridge, host/, ['--network', 'x', 'BUSYBOX', 'true']],
    ['ports without a bridge', 'ERR_INVALID_PORT', /bridge/, ['-p', '80', 'BUSYBOX', 'true']],
    ['a bad name', 'ERR_INVALID_NAME', /letters/, ['--name', 'a b', 'BUSYBOX', 'true']],
    ['an unknown user', 'ERR_UNKNOWN_USER', /./, ['-u', 'nobody-here', 'BUSYBOX', 'true']],
    ['a bad capability', 'ERR_CAPABILITY_UNKNOWN', /./, ['--cap-add', 'FLY', 'BUSYBOX', 'true']],
    [
      'an image that is not there',
      'ERR_IMAGE_NOT_FOUND',
      /./,
      ['--pull', 'never', 'localhost:1/none', 'true'],
    ],
    ['a registry that is not there', 'ERR_REGISTRY_UNREACHABLE', /./, ['127.0.0.1:1/none', 'true']],
  ])('125: %s', async (_name, code, hint, args) => {
    const { exitCode, stderr } = await run(...args.map((arg) => (arg === 'BUSYBOX' ? lab.busybox : arg)))
    expect(errorOf(stderr).code).toBe(code)
    expect(exitCode).toBe(125)
    expect(`${errorOf(stderr).message} ${errorOf(stderr).hint}`).toMatch(hint)
  })

  it('wrong credentials and none', async () => {
    await using registry = await startRegistry({ auth: 'basic' })
    const config = join(lab.folder, 'docker')
    mkdirSync(config, { recursive: true })
    const auths = { [registry.host]: { auth: Buffer.from('alice:wrong').toString('base64') } }
    writeFileSync(join(config, 'config.json'), JSON.stringify({ auths }))
    for (const folder of [config, '/nowhere']) {
      const argv = [...lab.command, 'pull', '--json', `${registry.host}/private:1`]
      const { exitCode, stderr } = await runCommand(argv, { env: { ...lab.env, DOCKER_CONFIG: folder } })
      expect(exitCode).toBe(1)
      expect(errorOf(stderr)).toMatchObject({
        code: 'ERR_REGISTRY_UNAUTHORIZED',
        message: expect.stringContaining(registry.host),
        hint: expect.stringMatching(/./),
      })
    }
  })

  it('no permission: an ordinary user is told what is needed, and nothing is left', async () => {
    await using home = await tempDir()
    chmodSync(home.path, 0o777)
    const env = { ...lab.env, HOME: home.path, COFFERDAM_ROOT: home.join('root') }
    const argv = [...lab.command, 'run', '--json', '--rm', '--network', 'none', lab.busybox, 'true']
    const { exitCode, stderr } = await runCommand(argv, { env, user: testUser })
    expect(exitCode).toBe(125)
    expect(errorOf(stderr)).toMatchObject({
      code: 'ERR_NO_PERMISSION',
      message: expect.stringContaining('CAP_SYS_ADMIN'),
      hint: expect.stringMatching(/^run as root/),
    })
    const listed = await runCommand([...lab.command, 'ps', '-a', '--json'], { env, user: testUser })
    expect(JSON.parse(listed.ok().stdout)).toEqual([])
  })

  it('125: an unknown flag', async () => {
    expect(await lab.run(['run', '--no-such-flag', lab.busybox])).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('--no-such-flag'),
    })
  })

  it('1: other commands; in words with a hint without --json', async () => {
    const missing = await lab.run(['stop', 'nobody'])
    expect(missing.exitCode).toBe(1)
    expect(missing.stderr).toMatch(/^cofferdam: .*nobody/)
    expect((await lab.run(['logs', 'nobody'])).exitCode).toBe(1)
    expect((await lab.run(['rmi', 'nobody'])).exitCode).toBe(1)
    expect(await lab.run(['rmi', '-f', 'nobody'])).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await lab.run(['logs', '--tail', 'bad', 'nobody'])).stderr).toContain("argument 'bad' is invalid")
    const { stderr } = await lab.run(['run', '-m', '1m', lab.busybox])
    expect(stderr).toMatch(/^cofferdam: limit memory.*\n {2}hint: at least 6 MiB/)
  })

  it('nothing of a failed run is left', async () => {
    expect(JSON.parse((await lab.run(['--json', 'ps', '-a'])).ok().stdout)).toEqual([])
    const store = join(lab.folder, 'root/store')
    expect([readdirSync(join(store, 'snapshots')), readdirSync(join(store, 'containers'))]).toEqual([[], []])
  })
})
