import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { eventually, requires, runScript, sourceFlags, tempDir } from '@cofferdam/testing'
import { bridge } from '../../src/index.js'
import { Lab } from '../lab/lab.js'

const script = (body: string) => `
  import { openSync, readdirSync, writeFileSync } from 'node:fs'
  import { bridge } from '@cofferdam/network'
  const [runDir, netns, count, meeting] = process.argv.slice(1)
  const net = bridge({ runDir, hostNetns: openSync(netns, 'r') })
  ${body}
`

requires({ root: true, network: true, commands: ['nsenter', 'ip', 'nft', 'unshare'] }).describe(
  'many processes',
  () => {
    let lab: Lab
    beforeAll(async () => {
      lab = await Lab.open({ forward: '1' })
    })
    afterAll(() => lab.close())
    const args = (count: number) => [lab.runDir, `/proc/${process.pid}/fd/${lab.host.fd}`, String(count)]

    it('give 200 containers an address and port each, once, and leave nothing', async () => {
      const before = await lab.state()
      const code = script(`
      const all = await Promise.all(Array.from({ length: Number(count) }, (_, i) =>
        net.attach({ containerId: 'c' + process.pid + '-' + i, ports: [{ container: 80 }] })))
      const seen = all.map((one) => [one.address, one.ports[0].host])
      writeFileSync(meeting + '/' + process.pid, '')
      while (readdirSync(meeting).length < 4) await new Promise((resolve) => setTimeout(resolve, 10))
      await Promise.all(all.map((one) => one.detach()))
      await net.close()
      console.log(JSON.stringify(seen))
    `)
      await using meeting = await tempDir()
      const all = [...args(50), meeting.path]
      const runs = await Promise.all([1, 2, 3, 4].map(() => runScript(code, { args: all })))
      const seen = runs.flatMap((run) => run.json<[string, number][]>())
      expect(seen).toHaveLength(200)
      expect(new Set(seen.map(([, port]) => port)).size).toBe(200)
      await eventually(async () => {
        expect(await lab.state()).toEqual(before)
        return true
      })
      expect(readdirSync(lab.runDir + '/networks')).toEqual([])
    })

    it('sweep what a killed process left', async () => {
      const before = await lab.state()
      const code = script(`
      for (let i = 0; i < Number(count); i++) {
        await net.attach({ containerId: 'dead' + i, ports: [{ container: 80, host: 7000 + i }] })
      }
      console.log('ready')
      setInterval(() => {}, 1000)
    `)
      const child = spawn(process.execPath, [...sourceFlags, '--eval', code, '--', ...args(3)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      // The namespace of one container outlives its owner, as with a process left inside.
      const kept = spawn('nsenter', [`--net=/proc/${child.pid}/fd/${netnsFd(child.pid!)}`, 'sleep', '60'])
      await once(kept, 'spawn')
      await eventually(
        () => lab.run('readlink', `/proc/${kept.pid}/ns/net`) !== lab.run('readlink', '/proc/self/ns/net'),
      )
      child.kill('SIGKILL')
      await once(child, 'exit')
      expect(lab.run('nft', 'list', 'table', 'inet', 'cofferdam')).toContain('7001')
      const net = bridge({ runDir: lab.runDir, hostNetns: lab.host.fd })
      await net.prepare()
      expect(lab.run('nft', 'list', 'table', 'inet', 'cofferdam')).not.toContain('7001')
      const taken = await net.attach({ containerId: 'alive', ports: [{ container: 80, host: 7001 }] })
      expect(taken.ports[0]?.host).toBe(7001)
      await net.close()
      await eventually(async () => {
        expect(await lab.state()).toEqual(before)
        return true
      })
      kept.kill('SIGKILL')
      await once(kept, 'exit')
    })

    it('take the port of a killed process while they are open', async () => {
      await using net = bridge({ runDir: lab.runDir, hostNetns: lab.host.fd })
      await net.prepare()
      const code = script(`
      await net.attach({ containerId: 'dead', ports: [{ container: 80, host: 7001 }] })
      console.log('ready')
      setInterval(() => {}, 1000)
    `)
      const child = spawn(process.execPath, [...sourceFlags, '--eval', code, '--', ...args(1)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await once(child, 'exit')
      const taken = await net.attach({ containerId: 'alive', ports: [{ container: 80, host: 7001 }] })
      expect(taken.ports[0]?.host).toBe(7001)
    })

    it('survive a process killed at any moment of an attach', async () => {
      // The kernel may still be removing links of the tests before.
      const before = await eventually(async () => {
        const state = await lab.state()
        return state.links.every((name) => !name.startsWith('cv')) && state
      })
      const code = script(`
      for (;;) {
        const one = await net.attach({ containerId: 'c', ports: [{ container: 80 }] })
        process.stdout.write('x')
        await one.detach()
      }
    `)
      for (let wait = 0; wait < 6; wait++) {
        const child = spawn(process.execPath, [...sourceFlags, '--eval', code, '--', ...args(0)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        for (let seen = 0; seen <= 3 + wait; seen++) await once(child.stdout, 'data')
        child.stdout.resume()
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await using net = bridge({ runDir: lab.runDir, hostNetns: lab.host.fd })
      await net.prepare()
      expect(readdirSync(`${lab.runDir}/networks/default/leases`)).toEqual([`hold-${process.pid}-0`])
      await net.close()
      await eventually(async () => {
        expect(await lab.state()).toEqual(before)
        return true
      })
    })
  },
)

/** A descriptor of the process that is a network namespace of a container: the last it opened. */
function netnsFd(pid: number): number {
  const own = readlinkSync(`/proc/${pid}/ns/net`)
  const fds = readdirSync(`/proc/${pid}/fd`)
    .map(Number)
    .filter((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`)
      return target.startsWith('net:') && target !== own
    })
  return Math.max(...fds)
}
