import { requires, tempDir } from '@cofferdam/testing'
import { bridge } from '../../src/index.js'
import { parsePrefix, overlaps } from '../../src/ipam/prefix.js'
import { Lab } from '../lab/lab.js'

requires({ root: true, network: true, commands: ['nsenter', 'ip', 'nft'] }).describe(
  'run directories in one network namespace',
  () => {
    let lab: Lab
    beforeEach(async () => {
      lab = await Lab.open()
    })
    afterEach(() => lab.close())
    const open = (runDir: string, subnet?: string) =>
      bridge({ runDir, hostNetns: lab.host.fd, ...(subnet !== undefined && { subnet }) })
    const setForward = (value: string) => lab.run('sysctl', '-qw', `net.ipv4.ip_forward=${value}`)

    it('have a subnet each, also when they open at the same time', async () => {
      const before = await lab.state()
      await using directory = await tempDir()
      const all = ['a', 'b', 'c', 'd'].map((name) => open(`${directory.path}/${name}`))
      const attached = await Promise.all(all.map((one) => one.attach({ containerId: 'c' })))
      const subnets = attached.map(({ gateway, prefixLength }) =>
        parsePrefix(`${gateway!.replace(/\.1$/, '.0')}/${prefixLength}`),
      )
      for (const [index, one] of subnets.entries()) {
        expect(subnets.slice(index + 1).filter((other) => overlaps(one, other))).toEqual([])
      }
      await Promise.all(all.map((one) => one.close()))
      expect(await lab.state()).toEqual(before)
    })

    it('never have the same subnet that is asked for', async () => {
      const before = await lab.state()
      await using directory = await tempDir()
      const all = ['a', 'b', 'c'].map((name) => open(`${directory.path}/${name}`, '10.99.0.0/24'))
      const settled = await Promise.allSettled(all.map((one) => one.prepare()))
      const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
      expect(refused.length).toBeGreaterThanOrEqual(2)
      for (const one of refused) expect(one).toMatchObject({ code: 'ERR_SUBNET_IN_USE' })
      await Promise.all(all.map((one) => one.close()))
      expect(await lab.state()).toEqual(before)
    })

    it('turn ip_forward on again where somebody died before the table was gone', async () => {
      await using directory = await tempDir()
      const used = open(lab.runDir)
      await used.prepare()
      setForward('0')
      const again = open(lab.runDir)
      await again.prepare()
      expect(await lab.sysctl('ipv4/ip_forward')).toBe('1')
      const other = open(directory.path)
      await other.prepare()
      setForward('0')
      await other.close()
      expect(await lab.sysctl('ipv4/ip_forward')).toBe('1')
      await Promise.all([used.close(), again.close()])
      expect(await lab.sysctl('ipv4/ip_forward')).toBe('0')
    })
  },
)
