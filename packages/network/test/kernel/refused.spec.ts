import { readdirSync } from 'node:fs'
import type * as Netlink from '@cofferdam/netlink'
import { requires } from '@cofferdam/testing'
import { bridge, type Network } from '../../src/index.js'
import { Lab } from '../lab/lab.js'

jest.mock('@cofferdam/netlink', () => {
  const netlink = jest.requireActual<typeof Netlink>('@cofferdam/netlink')
  const unknown = (1 << 8) | 0x7f
  const deleteFlowsToPort = (): Netlink.Message => ({
    ...netlink.deleteFlowsToPort('udp', 53),
    type: unknown,
    label: 'forget nothing',
  })
  return { ...netlink, deleteFlowsToPort }
})

requires({ root: true, network: true, commands: ['nsenter', 'ip', 'nft'] }).describe(
  'an attach that the kernel refuses',
  () => {
    let lab: Lab
    let net: Network
    beforeEach(async () => {
      lab = await Lab.open()
      net = bridge({ runDir: lab.runDir, hostNetns: lab.host.fd })
      await net.prepare()
    })
    afterEach(async () => {
      await net.close()
      await lab.close()
    })
    const ports = [
      { container: 53, host: 5353, protocol: 'udp' },
      { container: 54, host: 5354, protocol: 'tcp', hostIp: '127.0.0.1' },
    ] as const

    requires({
      root: true,
      unless:
        process.env['COFFERDAM_COMPILED'] === undefined
          ? undefined
          : 'takes the place of a function, and modules compiled beforehand keep theirs',
    }).it('in its last step leaves no published port behind', async () => {
      const before = await lab.state()
      await expect(net.attach({ containerId: 'x', ports })).rejects.toThrow('forget nothing')
      expect(await lab.state()).toEqual(before)
      expect(readdirSync(`${lab.runDir}/networks/default/leases`)).toEqual([`hold-${process.pid}-0`])
    })

    it('because a port is published already leaves that as it is', async () => {
      lab.run('nft', 'add element inet cofferdam published { udp . 5353 : 10.9.9.9 . 53 }')
      const before = await lab.state()
      await expect(net.attach({ containerId: 'x', ports })).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE' })
      expect(await lab.state()).toEqual(before)
    })
  },
)
