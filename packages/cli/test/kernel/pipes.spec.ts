import { once } from 'node:events'
import { eventually, runCommand } from '@cofferdam/testing'
import { busyboxLab, commandTest } from '../support/lab.js'

commandTest('output whose reader has gone', () => {
  const lab = busyboxLab()
  afterEach(() => lab.end())

  const talk = ['sh', '-c', 'while :; do echo out; echo err >&2; sleep 0.01; done']
  /** The command in a shell's pipeline or with its redirections: `"$@" | head -1`. */
  const shell = (script: string, ...args: string[]) =>
    runCommand(['sh', '-c', script, 'sh', ...lab.command, ...args], { env: lab.env })

  it('ends what is followed, and leaves the container alone', async () => {
    await lab.run(['run', '-d', '--name', 'talker', '--network', 'none', lab.busybox, ...talk])
    expect(await shell('"$@" 2>/dev/null | head -1', 'logs', '-f', 'talker')).toMatchObject({
      stdout: 'out\n',
      stderr: '',
      exitCode: 0,
    })
    expect((await shell('"$@" 2>&1 >/dev/null | head -1', 'logs', '-f', 'talker')).ok().stdout).toBe('err\n')
    const events = shell('"$@" | head -1', 'events', '--since', '10m')
    let ended = false
    void events.finally(() => (ended = true))
    await eventually(async () => {
      for (const [from, to] of [
        ['talker', 'other'],
        ['other', 'talker'],
      ])
        await lab.run(['rename', from!, to!])
      return ended
    }, 20_000)
    expect((await events).ok().stdout).toMatch(/ container create /)
    expect((await lab.run(['rm', '-f', 'talker'])).exitCode).toBe(0)
  })

  it('is the end of a container that runs in the foreground, and it is cleaned up', async () => {
    const run = ['run', '--rm', '--network', 'none', lab.busybox, ...talk]
    for (const script of [
      '("$@" 2>/dev/null; echo $? >&3) | head -1',
      '("$@" 2>&1 >/dev/null; echo $? >&3) | head -1',
    ])
      expect((await shell(`exec 3>&2; ${script}`, ...run)).stderr).toBe('141\n')
    expect(JSON.parse((await lab.run(['ps', '-a', '--json'])).ok().stdout)).toEqual([])
  })

  it('is told where it is no reader', async () => {
    expect(await shell('"$@" >/dev/full', 'ps')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^cofferdam: the output cannot be written: ENOSPC.*\n$/),
    })
  })

  it('ctrl-c ends following without a word', async () => {
    await lab.run([
      'run',
      '-d',
      '--name',
      'talker',
      '--network',
      'none',
      lab.busybox,
      'sh',
      '-c',
      'echo up; exec sleep 60',
    ])
    const following = lab.start(['logs', '-f', 'talker'])
    let [out, err] = ['', '']
    following.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()))
    following.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()))
    await eventually(() => out === 'up\n')
    const ended = once(following, 'exit')
    following.kill('SIGINT')
    expect([await ended, err]).toEqual([[0, null], ''])
    await lab.run(['rm', '-f', 'talker'])
  })
})
