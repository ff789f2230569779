import { once } from 'node:events'
import { eventually } from '@cofferdam/testing'
import { busyboxLab, commandTest } from '../support/lab.js'

interface Listed {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly exitCode: number | null
  readonly signal: string | null
}

commandTest('a container that runs', () => {
  const lab = busyboxLab()
  afterEach(() => lab.end())

  const list = async (...flags: string[]) =>
    JSON.parse((await lab.run(['--json', 'ps', ...flags])).ok().stdout) as Listed[]
  const forever = 'trap "echo asked; exit 6" TERM; echo ready; while :; do sleep 0.05; done'

  it('is listed, executed in, read and stopped by other processes, and stays until rm', async () => {
    const { child, output } = await lab.startNamed('web', [
      '--network',
      'none',
      lab.busybox,
      'sh',
      '-c',
      forever,
    ])
    const ended = once(child, 'exit')
    await eventually(() => output().includes('ready'))
    expect(await list()).toMatchObject([{ name: 'web', status: 'running' }])
    expect((await lab.run(['ps'])).stdout).toMatch(/CONTAINER ID +IMAGE .*\n[0-9a-f]{12} .* Up .* web\n$/)

    const exec = await lab.run([
      'exec',
      '-e',
      'A=1',
      '-w',
      '/tmp',
      '-u',
      'www',
      'web',
      'sh',
      '-c',
      'id -un; pwd; echo $A',
    ])
    expect(exec.ok().stdout).toBe('www\n/tmp\n1\n')
    expect((await lab.run(['exec', '-i', 'web', 'cat'], { input: 'in\n' })).stdout).toBe('in\n')
    expect((await lab.run(['exec', 'web', 'sh', '-c', 'exit 3'])).exitCode).toBe(3)
    expect((await lab.run(['exec', 'web', 'sh', '-c', 'kill -9 $$'])).exitCode).toBe(137)
    expect((await lab.run(['exec', 'web', 'nothing'])).exitCode).toBe(127)
    expect((await lab.run(['exec', 'web', 'sh', '-c', 'sleep 1000 & echo ok'])).ok().stdout).toBe('ok\n')
    expect((await lab.run(['exec', 'web', '/etc/passwd'])).exitCode).toBe(126)
    expect((await lab.run(['rm', 'web'])).exitCode).toBe(1)

    const [{ id } = { id: '' }] = await list()
    expect((await lab.run(['stop', id.slice(0, 12)])).ok().stdout).toBe(`${id.slice(0, 12)}\n`)
    expect((await ended)[0]).toBe(6)
    expect(await list()).toEqual([])
    expect(await list('-a')).toMatchObject([{ name: 'web', status: 'exited', exitCode: 6 }])
    expect(await list('-l')).toMatchObject([{ name: 'web' }])
    expect(await list('-f', 'status=exited', '-f', 'name=w.b')).toMatchObject([{ name: 'web' }])
    expect(await list('-a', '-f', 'name=other')).toEqual([])
    expect((await lab.run(['logs', 'web'])).stdout).toBe('ready\nasked\n')
    expect(await lab.run(['exec', 'web', 'true'])).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('container web is not running'),
    })
    expect((await lab.run(['wait', 'web'])).ok().stdout).toBe('6\n')
    expect((await lab.run(['rm', 'web'])).ok().stdout).toBe('web\n')
    expect(await list('-a')).toEqual([])
  })

  it('is killed when it does not stop in time', async () => {
    const { child } = await lab.startNamed('deaf', [
      '--rm',
      '--network',
      'none',
      lab.busybox,
      'sleep',
      '1000',
    ])
    const ended = once(child, 'exit')
    await lab.run(['stop', '-t', '0', 'deaf'])
    expect((await ended)[0]).toBe(137)
    expect(await list('-a')).toEqual([])
  })

  it('gets the signals that the command gets', async () => {
    const { child, output } = await lab.startNamed('signals', [
      ...['--rm', '--network', 'none', lab.busybox, 'sh', '-c', forever],
    ])
    await eventually(() => output().includes('ready'))
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect((await ended)[0]).toBe(6)
    expect(output()).toContain('asked')
  })

  it('logs follow it, with streams apart, tail and times', async () => {
    const script =
      'echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three; trap "exit 0" TERM; while :; do sleep 0.05; done'
    const { child, output } = await lab.startNamed('talker', [
      '--network',
      'none',
      lab.busybox,
      'sh',
      '-c',
      script,
    ])
    await eventually(() => output().includes('three'))
    const following = lab.run(['logs', '-f', 'talker'])
    const ended = once(child, 'exit')
    await lab.run(['stop', 'talker'])
    await ended
    expect(await following).toMatchObject({ exitCode: 0, stdout: 'one\nthree\n', stderr: 'two\n' })
    expect((await lab.run(['logs', '--tail', '1', 'talker'])).stdout).toBe('three\n')
    expect((await lab.run(['logs', '-t', '--tail', '1', 'talker'])).stdout).toMatch(/^20\d\d-.*Z three\n$/)
    const lines = (await lab.run(['--json', 'logs', 'talker'])).stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      { stream: 'stdout', line: 'one', time: expect.any(String) },
      { stream: 'stderr', line: 'two', time: expect.any(String) },
      { stream: 'stdout', line: 'three', time: expect.any(String) },
    ])
    await lab.run(['rm', 'talker'])
  })

  it('a name is taken until rm; rm -f kills', async () => {
    const args = ['--network', 'none', lab.busybox, 'sleep', '1000']
    const { child } = await lab.startNamed('once', args)
    const again = await lab.run(['--json', 'run', '--name', 'once', ...args])
    expect(again.exitCode).toBe(125)
    expect(again.stderr).toMatch(/"code":"ERR_NAME_(IN_USE|TAKEN)"/)
    const ended = once(child, 'exit')
    await lab.run(['rm', '-f', 'once'])
    expect((await ended)[0]).toBe(137)
    expect(await list('-a')).toEqual([])
  })

  it('dies with its command, and the next command gives back what it held', async () => {
    const { child } = await lab.startNamed('orphan', ['--network', 'none', lab.busybox, 'sleep', '1000'])
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    expect(await list()).toEqual([])
    expect(await list('-a')).toMatchObject([
      { name: 'orphan', status: 'exited', exitCode: null, signal: null },
    ])
    await lab.run(['rm', 'orphan'])
  })

  it('is told and mended by system check when its starter was killed', async () => {
    const { child, output } = await lab.startNamed('lost', [lab.busybox, 'sh', '-c', forever])
    await eventually(() => output().includes('ready'))
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    const told = await lab.inHost(['--json', 'system', 'check'])
    expect(told.exitCode).toBe(1)
    expect(JSON.parse(told.stdout)).toContainEqual({
      kind: 'container',
      object: expect.any(String),
      problem: expect.stringContaining('is gone'),
      repaired: false,
    })
    expect((await lab.inHost(['system', 'check', '--repair'])).ok().stdout).toContain('mended  container')
    expect((await lab.inHost(['system', 'check'])).ok().stdout).toBe('everything is consistent\n')
    expect(await list('-a')).toMatchObject([{ name: 'lost', status: 'exited', exitCode: null }])
    await lab.run(['rm', 'lost'])
  })
})
