import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { requires, runCommand } from '@cofferdam/testing'
import { spawn as spawnProcess } from '@cofferdam/process'
import { World, program } from './support/world.js'

const { describe: described } = requires({
  root: true,
  commands: ['docker-registry'],
  files: ['/bin/busybox'],
})

described('examples', () => {
  const world = new World()
  beforeAll(() => world.open())
  afterAll(() => world.close())

  const run = async (name: string) => {
    const argv = [process.execPath, program(name), world.image]
    return (await runCommand(argv, { env: world.env })).ok().stdout
  }

  it('run-and-collect prints what its containers wrote and how they ended', async () => {
    expect(await run('run-and-collect')).toBe(
      [
        "{\n  stdout: 'hello container\\n',\n  stderr: 'oops\\n',\n  exitCode: 0,\n  measured: true\n}",
        'lines: 3',
        'ERR_CONTAINER_EXIT 3 broken',
        'timed out: true SIGKILL',
        '',
      ].join('\n'),
    )
  })

  it('service answers on its published port', async () => {
    const lines = (await run('service')).trim().split('\n')
    expect(lines).toEqual(['200 served by web', 'asked inside: web', 'ended: 143'])
  })

  it('terminal joins a shell to the terminal it is started on', async () => {
    await using child = await spawnProcess([process.execPath, program('terminal'), world.image], {
      pty: { columns: 91, rows: 33 },
      env: { ...process.env, ...world.env },
    })
    child.tty!.input.write('tty; stty size; exit 5\n')
    let output = ''
    for await (const line of child.lines()) output += `${line.trimEnd()}\n`
    expect(output).toMatch(/^\/dev\/pts\/0$/m)
    expect(output).toMatch(/^33 91$/m)
    expect(output).toMatch(/^exit code 5$/m)
    expect((await child.exited).exitCode).toBe(0)
  })

  it('low-level uses the packages without an image', async () => {
    const lines = (await run('low-level')).trimEnd().split('\n')
    expect(lines[0]).toBe('pid 1 on box')
    expect(lines.slice(1, 3)).toEqual(['CapEff: 0000000000000021', 'Seccomp: 2'])
    expect(lines.slice(3, -1).join('')).toMatch(/exitCode: 7,.*oomKilled: false/)
    expect(lines.at(-1)).toBe('memory was used: true processes left: 0')
  })

  it('container-per-request runs each script in a container of its own', async () => {
    const server = spawn(process.execPath, [program('container-per-request'), world.image], {
      env: { ...process.env, ...world.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string]
      const url = line.replace('listening on ', '')
      const ask = async (script: string) => {
        const response = await fetch(url, { method: 'POST', body: script, headers: { connection: 'close' } })
        return (await response.json()) as Record<string, unknown>
      }
      const answers = await Promise.all([
        ask('id -u; echo $$; touch /x 2>/dev/null || echo read-only'),
        ask('echo to stderr >&2; exit 4'),
        ask('while :; do :; done'),
        ask('yes'),
      ])
      expect(answers[0]).toMatchObject({ stdout: '65534\n1\nread-only\n', exitCode: 0, timedOut: false })
      expect(answers[1]).toMatchObject({ stdout: '', stderr: 'to stderr\n', exitCode: 4 })
      expect(answers[2]).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true })
      expect(answers[3]).toEqual({ error: 'ERR_MAX_OUTPUT' })
    } finally {
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      expect((await ended)[0]).toBe(0)
    }
  })
})
