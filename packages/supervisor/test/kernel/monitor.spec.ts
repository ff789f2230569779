import { existsSync, readFileSync } from 'node:fs'
import { processStart } from '@cofferdam/sys'
import { eventually, kernelTest, runScript, tempDir } from '@cofferdam/testing'
import { connect, exitRecord, startDetached, waitForExit } from '../../src/index.js'
import { gone, lines, shell } from './fixture.js'

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
    'has a session of its own, the root as its directory, and no descriptor of its starter',
    async () => {
      await using dir = await tempDir()
      await using monitor = await startDetached(shell('sleep 60'), {
        directory: dir.join('m'),
        cgroup: false,
      })
      const stat = readFileSync(`/proc/${monitor.monitorPid}/stat`, 'latin1').split(') ')[1]!.split(' ')
      expect(Number(stat[3])).toBe(monitor.monitorPid)
      await monitor.kill('SIGKILL')
      await monitor.wait()
      await gone(monitor)
    },
  )
})
