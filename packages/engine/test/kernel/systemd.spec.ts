import { existsSync } from 'node:fs'
import { requires, slowness } from '@cofferdam/testing'
import { engineHost } from '../support/host.js'
import { busybox } from '../support/image.js'

const { it } = requires({
  root: true,
  network: true,
  commands: ['systemctl'],
  files: [busybox],
  unless: existsSync('/run/systemd/system') ? undefined : 'systemd does not run here',
})

it(
  'a container goes on serving, logging and taking commands when the service that started it is stopped',
  async () => {
    await using host = await engineHost()
    // Not in namespaces of its own: the service is in the machine's.
    const result = await host.run(
      `
      const { execFileSync } = await import('node:child_process')
      const { rmSync, writeFileSync } = await import('node:fs')
      const systemctl = (...args) => execFileSync('systemctl', args, { encoding: 'utf8' }).trim()
      const unit = 'cofferdam-test-' + process.pid + '.service'
      const file = '/run/systemd/system/' + unit
      const [program, ...rest] = scriptArgv(root, \`
        await engine.start(plain, {
          command: ['sh', '-c', 'trap "echo bye; exit 7" TERM; httpd -p 80 -h /www; echo up; while :; do sleep 0.05; done'],
          ports: ['127.0.0.1:18080:80'], ready: portOpen(80), name: 'unit', detach: true,
        })
        setInterval(() => {}, 1000)\`)
      const quoted = [program, ...rest].map((word) => "'" + word.replaceAll("'", "'\\\\''") + "'").join(' ')
      writeFileSync(root + '/../service.sh', 'exec ' + quoted)
      writeFileSync(file, '[Service]\\nWorkingDirectory=' + process.cwd() + '\\nExecStart=/bin/sh ' + root + '/../service.sh\\n')
      try {
        systemctl('daemon-reload')
        systemctl('start', unit)
        const serves = () => fetchText('http://127.0.0.1:18080/').then(() => true, () => false)
        await eventually(serves, 60_000)
        const main = Number(systemctl('show', '--property=MainPID', '--value', unit))
        systemctl('stop', unit)
        const state = systemctl('show', '--property=ActiveState', '--value', unit)
        await using second = await Engine.open({ root })
        const container = second.get('unit')
        const { status } = container.inspect()
        const body = await fetchText('http://127.0.0.1:18080/')
        const inside = await container.exec(['sh', '-c', 'echo in; exit 3'], { reject: false })
        await using attached = await container.attach()
        attached.stdout.resume()
        await container.stop()
        const log = []
        for await (const { line } of container.logs()) log.push(line)
        const exit = await container.exited
        await container.remove()
        return { main, state, status, body, inside: [inside.stdout, inside.exitCode], log, exit }
      } finally {
        rmSync(file)
        systemctl('daemon-reload')
      }`,
      { namespaces: [], timeoutMs: 120_000 },
    )
    expect(result).toMatchObject({
      main: expect.any(Number),
      state: expect.stringMatching(/^(inactive|failed)$/),
      status: 'running',
      body: 'hello from inside\n',
      inside: ['in\n', 3],
      log: ['up', 'bye'],
      exit: { exitCode: 7, signal: null },
    })
  },
  180_000 * slowness,
)
