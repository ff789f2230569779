import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { readLog } from '@cofferdam/logs'
import { readProcessStat } from '@cofferdam/sys'
import { eventually, kernelTest, requires, runScript, tempDir } from '@cofferdam/testing'
import { connect, type Monitor, startDetached } from '../../src/index.js'
import { end, gone, lines, shell } from './fixture.js'

const pss = (pid: number) =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1])
const ticks = (pid: number) => readProcessStat(pid)?.ticks

const { it: measured } = requires({
  root: true,
  unless: process.env.COFFERDAM_NATIVE_BUILD === undefined ? undefined : 'measures the build that is shipped',
})

measured(
  'a monitor costs at most 100 kB, each of 20 that several processes started, and no processor time',
  async () => {
    await using dir = await tempDir()
    const script = `
      import { startDetached } from '@cofferdam/supervisor'
      for (const directory of process.argv.slice(1)) await startDetached(
        (fds) => ({
          clone: { namespaces: ['pid'] },
          ops: [{ op: 'setsid' }, { op: 'stdio', fds }],
          exec: { args: ['/bin/sh', '-c', 'seq 10000; exec sleep 600'], env: ['PATH=/bin:/usr/bin'] },
        }),
        { directory, log: { directory: directory + '-log' }, cgroup: false },
      )`
    const monitors: Monitor[] = []
    try {
      for (let i = 0; i < 20; i += 5) {
        const names = Array.from({ length: 5 }, (_, j) => dir.join(`m${i + j}`))
        ;(await runScript(script, { args: names })).ok()
        for (const name of names) monitors.push(await connect(name))
      }
      for (let i = 0; i < 20; i++)
        await eventually(async () => (await lines(dir.join(`m${i}-log`))).includes('stdout: 10000'), 10_000)
      const before = monitors.map(({ monitorPid }) => ticks(monitorPid))
      const sizes = monitors.map(({ monitorPid }) => pss(monitorPid))
      process.stderr.write(`PSS of 20 monitors: ${Math.min(...sizes)} to ${Math.max(...sizes)} kB each\n`)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(monitors.map(({ monitorPid }) => ticks(monitorPid))).toEqual(before)
    } finally {
      for (const monitor of monitors) await end(monitor)
    }
  },
  120_000,
)

kernelTest(
  'a full disk loses records, counts them, and never a part of one; the end is recorded',
  async () => {
    await using dir = await tempDir()
    const disk = dir.join('disk')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'none', disk])
    try {
      const script = `cd ${dir.path}; seq 200000; echo full > told; while [ ! -e go ]; do sleep 0.05; done; echo last; exit 8`
      const monitor = await startDetached(shell(script), {
        directory: disk,
        log: { directory: `${disk}/log`, maxFileSize: 1 << 16, maxFiles: 100 },
        cgroup: false,
      })
      await eventually(() => statSync(dir.join('told')).isFile(), 10_000)
      execFileSync('mount', ['-o', 'remount,size=2m', disk])
      writeFileSync(dir.join('go'), '')
      expect(await monitor.wait()).toMatchObject({ exitCode: 8 })
      await gone(monitor)
      let dropped = 0
      let bytes = ''
      for await (const frame of readLog(`${disk}/log`)) {
        dropped += frame.dropped ?? 0
        bytes += Buffer.from(frame.data).toString()
      }
      expect(dropped).toBeGreaterThan(0)
      expect(bytes.endsWith('last\n')).toBe(true)
      expect(bytes.startsWith('1\n2\n3\n')).toBe(true)
      await monitor.close()
    } finally {
      execFileSync('umount', [disk])
    }
  },
)

describe('who may speak with a monitor', () => {
  kernelTest('is its owner: directory and socket are nobody else’s', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('sleep 60'), { directory: dir.join('m'), cgroup: false })
    expect(statSync(dir.join('m')).mode & 0o777).toBe(0o700)
    expect(statSync(dir.join('m/monitor.sock')).mode & 0o777).toBe(0o600)
    expect(statSync(dir.join('m/record')).mode & 0o777).toBe(0o600)
    const script = `
      import { connect } from '@cofferdam/supervisor'
      console.log(await connect(process.argv[1]).then(() => 'in', (error) => error.code))`
    execFileSync('chmod', ['0755', dir.join('m')])
    execFileSync('chmod', ['0666', dir.join('m/monitor.sock'), dir.join('m/record')])
    const other = await runScript(script, { args: [dir.join('m')], user: 65534 })
    expect(other.stdout.trim()).toBe('ERR_MONITOR_BUSY')
    await end(monitor)
  })

  kernelTest('are many at once, and one too many is refused', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('sleep 60'), { directory: dir.join('m'), cgroup: false })
    const clients: Monitor[] = []
    let refused: unknown
    for (let i = 0; i < 70 && refused === undefined; i++) {
      await connect(dir.join('m')).then(
        (client) => clients.push(client),
        (error: unknown) => (refused = error),
      )
    }
    expect(refused).toMatchObject({ code: 'ERR_MONITOR_BUSY' })
    expect(clients.length).toBe(63)
    for (const client of clients) await client.close()
    // It hears of their ends one after another.
    await eventually(async () => {
      await using again = await connect(dir.join('m'))
      return again.pid === monitor.pid
    })
    await end(monitor)
  })

  kernelTest('cannot stop it by being a stream', async () => {
    await using dir = await tempDir()
    const monitor = await startDetached(shell('sleep 60'), { directory: dir.join('m'), cgroup: false })
    const code = await new Promise((resolve) =>
      createConnection(dir.join('m/monitor.sock')).on('error', (error) =>
        resolve((error as { code?: string }).code),
      ),
    )
    expect(code).toBe('EPROTOTYPE')
    await end(monitor)
  })
})
