import { readFileSync } from 'node:fs'
import { Cgroup } from '@cofferdam/cgroups'
import { createCgroup, defaultSpec, Runtime } from '@cofferdam/runtime'
import { processStart } from '@cofferdam/sys'
import { eventually, requires, runScript, tempDir, type TempDir, writeBusybox } from '@cofferdam/testing'
import { connect, exitRecord, startMonitor } from '../../src/index.js'
import { end, gone, lines, textOf, until } from './fixture.js'

const { describe } = requires({ root: true, commands: ['busybox'] })
const parent = `/cofferdam-test-monitor-${process.pid}`

describe('a container of the runtime', () => {
  let dir: TempDir
  let runtime: Runtime
  const spec = (args: readonly string[], terminal = false) => {
    const made = defaultSpec({ args, rootfs: dir.join('rootfs') })
    return { ...made, process: { ...made.process!, terminal } }
  }
  beforeAll(async () => {
    dir = await tempDir()
    await writeBusybox(dir.join('rootfs'))
    runtime = new Runtime({ root: dir.join('state'), cgroupParent: parent })
  })
  afterAll(async () => {
    await Cgroup.prune({ root: parent })
    await dir.remove()
  })

  it('is created by one process, which is killed, and started, executed in, ended and deleted by another', async () => {
    const script = `
      import { Runtime } from '@cofferdam/runtime'
      import { startMonitor } from '@cofferdam/supervisor'
      const { directory, log, root, cgroupParent, spec } = JSON.parse(process.argv[1])
      const monitor = await startMonitor({ directory, log: { directory: log }, cgroup: cgroupParent + '/monitor' })
      const runtime = new Runtime({ root, cgroupParent })
      const container = await runtime.create('made', { spec, stdio: monitor.stdio, spawner: monitor.spawner })
      await monitor.detach()
      process.kill(process.pid, 'SIGKILL')`
    const [directory, log] = [dir.join('m'), dir.join('log')]
    const given = { directory, log, root: runtime.root, cgroupParent: parent }
    const args = [
      JSON.stringify({ ...given, spec: spec(['sh', '-c', 'echo up; while :; do sleep 1; done']) }),
    ]
    expect(await runScript(script, { args })).toMatchObject({ signal: 'SIGKILL', stderr: '' })

    const container = runtime.open('made')
    expect(await container.status()).toBe('created')
    await using monitor = await connect(directory)
    expect(monitor.pid).toBe(container.pid)
    await container.start()
    await eventually(async () => (await lines(log)).includes('stdout: up'))

    const { process: executed, streams } = await container.exec(
      ['sh', '-c', 'read line; echo "$line"; exit 9'],
      { stdio: ['pipe', 'pipe', 'ignore'], spawner: monitor.spawner },
    )
    // Its state is R until it has come to its read.
    const stat = () => readFileSync(`/proc/${executed.pid}/stat`, 'latin1')
    await eventually(async () => stat().includes(`) S ${monitor.monitorPid} `))
    streams.stdin!.end('to the program\n')
    expect(await textOf(streams.stdout)).toBe('to the program\n')
    expect(await executed.exited).toMatchObject({ exitCode: 9 })

    const typed = await container.exec(['sh', '-c', 'read a; stty size; exit $a'], {
      terminal: true,
      tty: { columns: 99, rows: 22 },
      spawner: monitor.spawner,
    })
    typed.tty!.write('13\n')
    expect(await until(typed.tty!, /\d+ \d+/)).toContain('22 99')
    expect(await typed.process.exited).toMatchObject({ exitCode: 13 })

    await container.kill('SIGKILL')
    expect(await monitor.wait()).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
    await gone(monitor)
    await container.delete()
    await (await Cgroup.create(`${parent}/monitor`, {}, { reuse: true })).delete()
  })

  it('lets its starter end by itself, which has no child left, while it waits for its start', async () => {
    const script = `
      import { readFileSync } from 'node:fs'
      import { Runtime } from '@cofferdam/runtime'
      import { startMonitor } from '@cofferdam/supervisor'
      const { directory, root, spec } = JSON.parse(process.argv[1])
      const monitor = await startMonitor({ directory, cgroup: false })
      const runtime = new Runtime({ root, cgroups: 'disabled' })
      await runtime.create('ends', { spec, stdio: monitor.stdio, spawner: monitor.spawner })
      await monitor.detach()
      console.log(readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8'))`
    const given = { directory: dir.join('ends'), root: runtime.root, spec: spec(['sh', '-c', 'exit 14']) }
    const { stdout } = (await runScript(script, { args: [JSON.stringify(given)], timeoutMs: 20_000 })).ok()
    expect(stdout.trim()).toBe('')
    const container = runtime.open('ends')
    await using monitor = await connect(dir.join('ends'))
    await container.start()
    expect(await monitor.wait()).toMatchObject({ exitCode: 14 })
    await gone(monitor)
    await container.delete()
  })

  it('tells that the kernel killed it for want of memory', async () => {
    const monitor = await startMonitor({ directory: dir.join('oom'), cgroup: false })
    const cgroup = createCgroup(`${parent}/oom`, { memory: { limit: 16 << 20, swap: 16 << 20 } })
    const container = await runtime.run('oom', {
      spec: spec(['sh', '-c', 'exec tail /dev/zero']),
      stdio: monitor.stdio,
      spawner: monitor.spawner,
      cgroup: monitor.watchMemory(cgroup),
    })
    await monitor.detach()
    expect(await monitor.wait()).toMatchObject({ exitCode: null, signal: 'SIGKILL', oomKilled: true })
    await gone(monitor)
    expect(exitRecord(dir.join('oom'))).toMatchObject({ oomKilled: true })
    await container.delete()
  })

  it('has a terminal, which another client types at', async () => {
    const monitor = await startMonitor({ directory: dir.join('tty'), stdio: 'terminal', cgroup: false })
    // Before there is a terminal.
    const early = await monitor.attach()
    const container = await runtime.run('tty', {
      spec: spec(['sh', '-c', 'read a; tty; exit $a'], true),
      spawner: monitor.spawner,
    })
    await monitor.detach()
    const text = textOf(early.stdout)
    await using other = await connect(dir.join('tty'))
    const client = await other.attach({ stdin: true })
    client.stdin!.write('12\n')
    expect(await monitor.wait()).toMatchObject({ exitCode: 12 })
    expect(await text).toMatch(/\/dev\/pts\/0|\/dev\/console/)
    await gone(monitor)
    await container.delete()
  })

  it('has executed processes that outlive who asked for them, and end with it', async () => {
    const monitor = await startMonitor({ directory: dir.join('exec'), cgroup: false })
    const container = await runtime.run('exec', {
      spec: spec(['sleep', '600']),
      stdio: monitor.stdio,
      spawner: monitor.spawner,
    })
    await monitor.detach()
    const script = `
      import { Runtime } from '@cofferdam/runtime'
      import { connect } from '@cofferdam/supervisor'
      const { directory, root, cgroupParent } = JSON.parse(process.argv[1])
      const monitor = await connect(directory)
      const container = new Runtime({ root, cgroupParent }).open('exec')
      const { process: { pid } } = await container.exec(['sleep', '600'], { spawner: monitor.spawner })
      console.log(pid)
      process.kill(process.pid, 'SIGKILL')`
    const given = { directory: dir.join('exec'), root: runtime.root, cgroupParent: parent }
    const { stdout } = await runScript(script, { args: [JSON.stringify(given)] })
    expect(processStart(Number(stdout))).toBeDefined()
    await end(monitor)
    expect(processStart(Number(stdout))).toBeUndefined()
    await container.delete()
  })
})
