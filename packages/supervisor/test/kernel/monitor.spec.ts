import { setTimeout as sleep } from 'node:timers/promises'
import { existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { Cgroup } from '@cofferdam/cgroups'
import { readLog } from '@cofferdam/logs'
import { launch } from '@cofferdam/process'
import { boundPort, closeFd, LOCK, processStart, reservePort, tryLock } from '@cofferdam/sys'
import { eventually, kernelTest, runScript, tempDir } from '@cofferdam/testing'
import {
  connect,
  exitRecord,
  MONITOR_CGROUP,
  monitorAlive,
  pruneMonitorCgroup,
  startDetached,
  startMonitor,
  waitForExit,
} from '../../src/index.js'
import { end, gone, lines, shell } from './fixture.js'

const starter = (script: string) => `
  import { startDetached } from '@cofferdam/supervisor'
  const [directory] = process.argv.slice(1)
  const monitor = await startDetached(
    (fds) => ({
      clone: { namespaces: ['pid'] },
      ops: [{ op: 'setsid' }, { op: 'stdio', fds }],
      exec: { args: ['/bin/sh', '-c', ${JSON.stringify(script)}], env: ['PATH=/bin:/usr/bin'] },
    }),
    { directory, log: { directory: directory + '/log' }, cgroup: false },
  )
  console.log(JSON.stringify({ pid: monitor.pid, monitorPid: monitor.monitorPid }))
  process.kill(process.pid, 'SIGKILL')
`

describe('a container whose starter was killed', () => {
  kernelTest('lives on; another process hears how it ends, and has its whole log', async () => {
    await using dir = await tempDir()
    const killed = await runScript(starter('echo one; sleep 60'), { args: [dir.join('m')] })
    expect(killed.signal).toBe('SIGKILL')
    const { pid, monitorPid } = JSON.parse(killed.stdout) as { pid: number; monitorPid: number }
    await using monitor = await connect(dir.join('m'))
    expect([monitor.pid, monitor.monitorPid]).toEqual([pid, monitorPid])
    expect(existsSync(`/proc/${pid}`)).toBe(true)
    const waiting = runScript(
      `import { waitForExit } from '@cofferdam/supervisor'
       console.log(JSON.stringify(await waitForExit(process.argv[1])))`,
      { args: [dir.join('m')] },
    )
    expect(await monitor.kill('SIGKILL')).toBe(true)
    expect((await waiting).json()).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
    await gone(monitor)
    expect(exitRecord(dir.join('m'))).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
      oomKilled: undefined,
    })
    expect(await lines(dir.join('m', 'log'))).toEqual(['stdout: one'])
  })
})

describe('a monitor', () => {
  kernelTest('that is killed takes its container along, which is reported as lost', async () => {
    await using dir = await tempDir()
    await using monitor = await startDetached(shell('sleep 60 & sleep 60'), {
      directory: dir.join('m'),
      cgroup: false,
    })
    expect(exitRecord(dir.join('m'))).toBeUndefined()
    process.kill(monitor.monitorPid, 'SIGKILL')
    expect(await monitor.wait()).toMatchObject({ exitCode: null, signal: null, reason: 'monitor-lost' })
    await eventually(() => processStart(monitor.pid) === undefined)
    await expect(connect(dir.join('m'))).rejects.toMatchObject({ code: 'ERR_MONITOR_ENDED' })
    expect(await waitForExit(dir.join('m'))).toMatchObject({ exitCode: null, reason: 'monitor-lost' })
  })

  kernelTest('whose starter dies before detach() leaves nothing', async () => {
    await using dir = await tempDir()
    const script = `
      import { startMonitor } from '@cofferdam/supervisor'
      import { launch } from '@cofferdam/process'
      const monitor = await startMonitor({ directory: process.argv[1], cgroup: false })
      const { pid } = await launch(
        { ops: [{ op: 'stdio', fds: monitor.stdio }], exec: { args: ['/bin/sleep', '60'], env: [] } },
        { spawner: monitor.spawner },
      )
      console.log(JSON.stringify([pid, monitor.monitorPid]))
      process.kill(process.pid, 'SIGKILL')`
    const { stdout } = await runScript(script, { args: [dir.join('m')] })
    const pids = JSON.parse(stdout) as number[]
    await eventually(() => pids.every((pid) => processStart(pid) === undefined))
    expect(exitRecord(dir.join('m'))).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
  })

  kernelTest('tells of a program that is over before the start returns', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('exit 9'), { directory: dir.join('m'), cgroup: false })
    expect(await monitor.wait()).toMatchObject({ exitCode: 9, signal: null })
    await gone(monitor)
    expect(await waitForExit(dir.join('m'))).toMatchObject({ exitCode: 9 })
  })

  kernelTest('is gone when its program cannot be executed', async () => {
    await using dir = await tempDir()
    const plan = (fds: readonly number[]) => ({
      ops: [{ op: 'stdio' as const, fds }],
      exec: { args: ['/no/such/program'], env: [] },
    })
    await expect(startDetached(plan, { directory: dir.join('m'), cgroup: false })).rejects.toMatchObject({
      code: 'ERR_PROGRAM_NOT_FOUND',
    })
    expect(exitRecord(dir.join('m'))).toMatchObject({
      exitCode: null,
      reason: 'start-failed',
      errno: 'ENOENT',
    })
  })

  kernelTest(
    'has a session of its own, the root as its directory, and only descriptors it uses',
    async () => {
      await using dir = await tempDir()
      await using monitor = await startDetached(shell('sleep 60'), {
        directory: dir.join('m'),
        cgroup: false,
      })
      const proc = `/proc/${monitor.monitorPid}`
      const stat = readFileSync(`${proc}/stat`, 'latin1').split(') ')[1]!.split(' ')
      expect(stat.slice(3, 5).map(Number)).toEqual([monitor.monitorPid, 0])
      expect(readlinkSync(`${proc}/cwd`)).toBe('/')
      const targets = readdirSync(`${proc}/fd`).map((fd) =>
        readlinkSync(`${proc}/fd/${fd}`).replace(/:.*/, ''),
      )
      // null three times, the starter's and the listening socket, a procfs, epoll and signals, record and directory, two
      // pipes; the launch's own are gone.
      const expected = [
        '/',
        '/dev/null',
        '/dev/null',
        '/dev/null',
        'anon_inode',
        'anon_inode',
        'pipe',
        'pipe',
      ]
      expect(targets.sort()).toEqual(
        [...expected, 'socket', 'socket', dir.join('m'), dir.join('m/record')].sort(),
      )
      await end(monitor)
      expect(readdirSync(dir.join('m'))).toEqual(['record'])
    },
  )

  kernelTest('is in a cgroup of its own, and what joins no other is there too', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('sleep 60'), {
      directory: dir.join('m'),
      cgroup: MONITOR_CGROUP,
    })
    const pids = (await Cgroup.open(MONITOR_CGROUP).pids()).sort((a, b) => a - b)
    expect(pids).toEqual(expect.arrayContaining([monitor.monitorPid, monitor.pid]))
    await end(monitor)
    await pruneMonitorCgroup()
  })

  kernelTest('is in its cgroup even where another process removes that whenever it is empty', async () => {
    await using dir = await tempDir()
    let over = false
    const pruning = (async () => {
      for (; !over; await sleep(25)) await pruneMonitorCgroup()
    })()
    try {
      for (let i = 0; i < 20; i++) {
        const options = { directory: dir.join(`m${i}`), cgroup: MONITOR_CGROUP }
        const monitor = await startDetached(shell('sleep 60'), options)
        expect(await Cgroup.open(MONITOR_CGROUP).pids()).toContain(monitor.monitorPid)
        await end(monitor)
      }
    } finally {
      over = true
      await pruning
      await pruneMonitorCgroup()
    }
  })

  kernelTest('holds what it was given, like the sockets of ports, until the container ends', async () => {
    await using dir = await tempDir()
    const address = new Uint8Array([127, 0, 0, 1])
    const fd = reservePort({ family: 4, protocol: 'tcp', address, port: 0, listen: true })
    const port = boundPort(fd)
    const monitor = await startMonitor({ directory: dir.join('m'), cgroup: false })
    monitor.holdFds([fd])
    const { pid } = await launch(shell('sleep 60')(monitor.stdio), { spawner: monitor.spawner })
    await monitor.detach()
    closeFd(fd)
    const take = () => closeFd(reservePort({ family: 4, protocol: 'tcp', address, port, listen: true }))
    expect(take).toThrow(expect.objectContaining({ errno: 'EADDRINUSE' }))
    process.kill(pid, 'SIGKILL')
    expect(await monitor.wait()).toMatchObject({ signal: 'SIGKILL' })
    await gone(monitor)
    await monitor.close()
    take()
  })

  kernelTest(
    'has ended before it was detached from, and that is no failure; a monitor that was killed is',
    async () => {
      await using dir = await tempDir()
      const fd = reservePort({ family: 4, protocol: 'tcp', address: new Uint8Array([127, 0, 0, 1]), port: 0 })
      const started = async (name: string, script: string) => {
        const monitor = await startMonitor({ directory: dir.join(name), cgroup: false })
        await launch(shell(script)(monitor.stdio), { spawner: monitor.spawner, background: true })
        monitor.closeStdio()
        return monitor
      }
      const short = await started('short', 'exit 5')
      await short.gone
      short.holdFds([fd])
      await short.detach()
      expect(await short.wait()).toMatchObject({ exitCode: 5 })
      await short.close()
      const lost = await started('lost', 'sleep 60')
      process.kill(lost.monitorPid, 'SIGKILL')
      await lost.gone
      expect(() => lost.holdFds([fd])).toThrow(expect.objectContaining({ code: 'ERR_MONITOR_LOST' }))
      await expect(lost.detach()).rejects.toMatchObject({ code: 'ERR_MONITOR_LOST' })
      await lost.close()
      closeFd(fd)
    },
  )

  kernelTest('is started where one is about to end', async () => {
    await using dir = await tempDir()
    const first = await startDetached(shell('true'), { directory: dir.join('m'), cgroup: false })
    await gone(first)
    // As one whose socket is closed already, but not yet its record.
    const record = openSync(dir.join('m', 'record'), 'r+')
    expect(tryLock(record, LOCK.EX)).toBe(true)
    const starting = startDetached(shell('exit 2'), { directory: dir.join('m'), cgroup: false })
    await new Promise((resolve) => setImmediate(resolve))
    closeFd(record)
    const second = await starting
    expect(await second.wait()).toMatchObject({ exitCode: 2 })
    await gone(second)
  })

  kernelTest(
    'is started again in the same directory, with the same log, but not while one lives there',
    async () => {
      await using dir = await tempDir()
      const options = {
        directory: dir.join('m'),
        log: { directory: dir.join('log') },
        cgroup: false as const,
      }
      const first = await startDetached(shell('echo one; sleep 60'), options)
      await expect(startDetached(shell('true'), options)).rejects.toMatchObject({
        code: 'ERR_MONITOR_EXISTS',
      })
      for await (const _ of readLog(dir.join('log'), { follow: true })) break
      process.kill(first.monitorPid, 'SIGKILL')
      await gone(first)
      const second = await startDetached(shell('echo two; exit 2'), options)
      expect(await second.wait()).toMatchObject({ exitCode: 2 })
      await gone(second)
      expect(await lines(dir.join('log'))).toEqual(['stdout: one', 'stdout: two'])
      expect(monitorAlive(dir.join('m'))).toBe(false)
    },
  )
})
