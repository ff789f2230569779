import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { NetlinkSocket, dumpFlowsToPort } from '@cofferdam/netlink'
import { requires } from '@cofferdam/testing'
import { bridge, ownerOf, type Network, type Owner } from '../../src/index.js'
import { Lab, hostAddress, remoteAddress } from '../lab/lab.js'

/** A process that containers can be leased to. */
class Holder {
  readonly #child: ChildProcess = spawn('sleep', ['600'])
  readonly owner = ownerOf(this.#child.pid!) as Owner

  async die(): Promise<void> {
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}

requires({ root: true, network: true, commands: ['nsenter', 'ip', 'nft'] }).describe(
  'what a container of a dead owner held',
  () => {
    let lab: Lab
    let first: Network
    let second: Network
    const open = () => bridge({ runDir: lab.runDir, hostNetns: lab.host.fd })
    const leased = () => {
      const directory = `${lab.runDir}/networks/default/leases`
      return Object.fromEntries(
        readdirSync(directory)
          .filter((name) => !name.startsWith('hold-'))
          .map((name) => [name, readlinkSync(`${directory}/${name}`).split('/').at(-1)]),
      )
    }
    const links = () =>
      (JSON.parse(lab.run('ip', '-j', 'link')) as { ifname: string }[]).map((one) => one.ifname)

    beforeAll(async () => {
      lab = await Lab.open({ forward: '1' })
    })
    beforeEach(async () => {
      first = open()
      second = open()
      await Promise.all([first.prepare(), second.prepare()])
    })
    afterEach(async () => {
      await Promise.all([first.close(), second.close()])
    })
    afterAll(async () => {
      await lab.close()
    })

    it.each(['made', 'given'])(
      'is left alone once another has its address, where the namespace was %s',
      async (kind) => {
        const monitor = new Holder()
        const given = kind === 'given' ? { netns: (await lab.netns()).fd } : {}
        const before = await first.attach({ containerId: 'before', owner: monitor.owner, ...given })
        const address = before.address!
        await monitor.die()
        expect((await second.sweep()).addresses).toEqual([address])
        const after = await second.attach({ containerId: 'after', address })
        const held = { leased: leased(), links: links() }
        expect(held.leased).toEqual({ [address]: 'after' })
        await before.detach()
        await first.idle()
        expect({ leased: leased(), links: links() }).toEqual(held)
        await after.detach()
        await second.idle()
        expect(leased()).toEqual({})
      },
    )

    it('takes no flow to whoever has the address next', async () => {
      const monitor = new Holder()
      const port = { container: 53, host: 5353, protocol: 'udp' } as const
      const before = await first.attach({ containerId: 'before', owner: monitor.owner, ports: [port] })
      const peer = lab.peer('before', before.netns)
      await peer.udpListen(53)
      const remote = lab.peer('remote', lab.remote.fd)
      expect(await remote.udp(hostAddress, 5353, 40001)).toEqual({ name: 'before', from: remoteAddress })
      using socket = await NetlinkSocket.open('netfilter', { netns: lab.host.fd })
      expect(await socket.request([dumpFlowsToPort('udp', 5353)])).toHaveLength(1)
      await monitor.die()
      expect(await second.sweep()).toEqual({ addresses: [before.address], ports: 1 })
      expect(await socket.request([dumpFlowsToPort('udp', 5353)])).toEqual([])
      await before.detach()
    })
  },
)
