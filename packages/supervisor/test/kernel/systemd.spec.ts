import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { processStart } from '@cofferdam/sys'
import { eventually, requires, runScript, slowness, tempDir } from '@cofferdam/testing'
import { connect, pruneMonitorCgroup } from '../../src/index.js'
import { end } from './fixture.js'

const { it } = requires({
  root: true,
  commands: ['systemctl', 'busctl'],
  unless: existsSync('/run/systemd/system') ? undefined : 'systemd does not run here',
})

it(
  'a container outlives the systemd unit of its starter, which systemd stops with all in its cgroup',
  async () => {
    await using dir = await tempDir()
    const unit = `cofferdam-test-${process.pid}.scope`
    const script = `
    import { execFileSync } from 'node:child_process'
    import { writeFileSync } from 'node:fs'
    import { startDetached } from '@cofferdam/supervisor'
    const [directory, unit, done] = process.argv.slice(1)
    const manager = ['org.freedesktop.systemd1', '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager']
    const properties = ['ssa(sv)a(sa(sv))', unit, 'fail', '1', 'PIDs', 'au', '1', String(process.pid), '0']
    execFileSync('busctl', ['call', ...manager, 'StartTransientUnit', ...properties])
    await startDetached(
      (fds) => ({
        clone: { namespaces: ['pid'] },
        ops: [{ op: 'setsid' }, { op: 'stdio', fds }],
        exec: { args: ['/bin/sleep', '600'], env: [] },
      }),
      { directory },
    )
    writeFileSync(done, '')
    setInterval(() => {}, 1000)`
    const starter = runScript(script, { args: [dir.join('m'), unit, dir.join('done')] })
    await eventually(() => existsSync(dir.join('done')), 60_000)
    execFileSync('systemctl', ['stop', unit], { stdio: 'ignore' })
    expect((await starter).exitCode).not.toBe(0)
    const monitor = await connect(dir.join('m'))
    expect(processStart(monitor.pid)).toBeDefined()
    await end(monitor)
    await pruneMonitorCgroup()
  },
  120_000 * slowness,
)
