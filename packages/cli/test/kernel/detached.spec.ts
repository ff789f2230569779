import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, requires } from '@cofferdam/testing'
import { busyboxLab } from '../support/lab.js'

const { describe } = requires({
  root: true,
  commands: ['docker-registry', 'unshare'],
  files: ['/bin/busybox'],
})

describe('containers in the background', () => {
  const lab = busyboxLab()
  const run = (...args: string[]) => lab.run(args)
  afterEach(() => lab.end())

  it('are run, listed, entered, followed, waited for and stopped by commands of their own', async () => {
    const command = ['sh', '-c', 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.05; done']
    const id = (await run('run', '-d', '--name', 'web', '--network', 'none', lab.busybox, ...command))
      .ok()
      .stdout.trim()
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    await eventually(async () => (await run('logs', 'web')).stdout === 'up\n')
    expect(await run('exec', 'web', 'sh', '-c', 'echo in; exit 4')).toMatchObject({
      stdout: 'in\n',
      exitCode: 4,
    })
    const [seen] = JSON.parse((await run('inspect', 'web')).ok().stdout) as {
      id: string
      detached: boolean
      status: string
    }[]
    expect(seen).toMatchObject({ id, detached: true, status: 'running' })
    expect((await run('inspect', '-f', '{{.name}} {{.status}}', 'web')).ok().stdout).toBe('web running\n')
    expect((await run('inspect', '-f', '{{.State.Status}}', 'web')).stderr).toContain(
      'there is no field State',
    )
    const following = run('logs', '-f', 'web')
    const waiting = run('wait', 'web')
    expect((await run('stop', 'web')).ok().stdout).toBe('web\n')
    expect((await waiting).ok().stdout).toBe('3\n')
    const told = await run('--json', 'wait', 'web', 'nobody')
    expect(JSON.parse(told.stdout)).toEqual([expect.objectContaining({ exitCode: 3 }), null])
    expect([told.exitCode, told.stderr]).toEqual([1, expect.stringContaining('ERR_CONTAINER_NOT_FOUND')])
    expect((await following).ok().stdout).toBe('up\nbye\n')
    expect((await run('rename', 'web', 'site')).ok().stdout).toBe('')
    expect((await run('start', 'site')).ok().stdout).toBe('site\n')
    expect((await run('restart', '-t', '5', 'site')).ok().stdout).toBe('site\n')
    expect((await run('kill', 'site')).ok().stdout).toBe('site\n')
    expect((await run('wait', 'site')).ok().stdout).toBe('137\n')
    const events = (await run('events', '--since', '10m', '--until', new Date().toISOString())).ok().stdout
    expect(
      events
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[2]),
    ).toEqual(['create', 'start', 'die', 'rename', 'start', 'die', 'start', 'die'])
    await run('rm', 'site')
  })

  it('are attached to; what one command left running another takes away', async () => {
    await run('run', '-d', '-i', '--rm', '--name', 'cat', '--network', 'none', lab.busybox, 'cat').then(
      (result) => result.ok(),
    )
    const attached = await lab.run(['attach', 'cat'], { input: 'to and fro\n' })
    expect(attached.stderr).toBe('')
    expect(attached).toMatchObject({
      stdout: 'to and fro\n',
      exitCode: 0,
    })
    await eventually(
      async () => (JSON.parse((await run('--json', 'ps', '-a')).ok().stdout) as object[]).length === 0,
    )
    expect((await run('attach', 'cat')).stderr).toContain('no container cat')
    await run('run', '-d', '--name', 'stay', '--network', 'none', lab.busybox, 'sleep', '60').then((result) =>
      result.ok(),
    )
    expect((await run('rm', 'stay')).exitCode).toBe(1)
    expect((await run('rm', '-f', 'stay')).ok().stdout).toBe('stay\n')
  })

  it('are started again attached, whether they end at once or read on', async () => {
    const script = 'echo again; echo aside >&2; read line && echo "got $line"; exit 5'
    const names = ['short', 'reader']
    for (const name of names)
      (
        await run(
          ...['run', '-d', '--name', name, '--network', 'none'],
          ...(name === 'reader' ? ['-i', lab.busybox] : [lab.busybox]),
          ...['sh', '-c', script],
        )
      ).ok()
    await run('kill', 'reader')
    await run('wait', ...names)
    expect(await run('start', '-a', 'short')).toMatchObject({
      stdout: 'again\n',
      stderr: 'aside\n',
      exitCode: 5,
    })
    expect(await lab.run(['start', '-ai', 'reader'], { input: 'me\n' })).toMatchObject({
      stdout: 'again\ngot me\n',
      stderr: 'aside\n',
      exitCode: 5,
    })
    expect((await run('start', '-a', ...names)).exitCode).not.toBe(0)
    await run('rm', ...names)
  })

  it('are dealt with although others that are named are not there', async () => {
    const names = ['first', 'second']
    for (const name of names)
      (await run('run', '-d', '--name', name, '--network', 'none', lab.busybox, 'sleep', '1000')).ok()
    const [first] = names
    const seen = await run('inspect', 'nobody', first!)
    expect(JSON.parse(seen.stdout)).toMatchObject([{ name: first }])
    for (const verb of ['kill', 'wait', 'start', 'stop', 'rm']) {
      const flags = verb === 'stop' ? ['-t', '0'] : []
      const result = await run(verb, ...flags, first!, 'nobody', names[1]!)
      expect(result).toMatchObject({
        stdout: verb === 'wait' ? '137\n137\n' : 'first\nsecond\n',
        stderr: expect.stringMatching(/^cofferdam: no container nobody\n.*hint.*\n$/),
        exitCode: 1,
      })
    }
    expect((await run('rm', '-fv', 'first', 'second')).exitCode).toBe(0)
    expect(JSON.parse((await run('--json', 'ps', '-a')).ok().stdout)).toEqual([])
  })

  it('have programs executed in the background', async () => {
    await run('run', '-d', '--name', 'web', '--network', 'none', lab.busybox, 'sleep', '1000')
    const file = join(lab.folder, 'variables')
    writeFileSync(file, '# said\nWORD=in the background\n')
    const script = 'echo $WORD > /said; exec sleep 1001'
    const flags = ['-d', '--env-file', file]
    expect(await run('exec', ...flags, 'web', 'sh', '-c', script)).toMatchObject({ stdout: '', exitCode: 0 })
    await eventually(async () => (await run('exec', 'web', 'cat', '/said')).stdout === 'in the background\n')
    await eventually(async () => (await run('exec', 'web', 'ps')).stdout.includes('sleep 1001'))
    await run('rm', '-f', 'web')
  })

  it('have their id in a file that is nobody else’s', async () => {
    const file = join(lab.folder, 'id')
    const args = ['--cidfile', file, '--network', 'none', lab.busybox]
    expect((await run('run', '-d', '--name', 'first', ...args, 'no-such-program')).exitCode).toBe(127)
    const { stdout } = (await run('run', '-d', '--name', 'first', ...args, 'sleep', '60')).ok()
    expect(`${readFileSync(file, 'utf8')}\n`).toBe(stdout)
    expect((await run('run', '-d', '--name', 'second', ...args, 'sleep', '60')).exitCode).toBe(125)
    expect(JSON.parse((await run('--json', 'ps', '-a')).ok().stdout)).toMatchObject([{ name: 'first' }])
    await run('rm', '-f', 'first')
  })
})
