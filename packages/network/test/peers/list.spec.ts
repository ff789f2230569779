import { requires } from '@cofferdam/testing'
import { bridge } from '../../src/index.js'
import { Lab } from '../lab/lab.js'

requires({ root: true, network: true, commands: ['nsenter', 'ip', 'nft'] }).describe(
  'other tools read what we made',
  () => {
    it('nft lists the table and loads its own listing again; ip shows link and address', async () => {
      const lab = await Lab.open()
      const net = bridge({ runDir: lab.runDir, hostNetns: lab.host.fd, isolated: true, bridge: 'cof0' })
      await net.attach({
        containerId: 'web',
        ports: [
          { container: 80, host: 8080 },
          { container: 53, host: 53, protocol: 'udp', hostIp: '127.0.0.1' },
        ],
      })
      const listing = lab.run('nft', 'list', 'table', 'inet', 'cofferdam')
      expect(listing).toContain('elements = { tcp . 8080 : 10.207.0.2 . 80 }')
      expect(listing).toContain('elements = { 127.0.0.1 . udp . 53 : 10.207.0.2 . 53 }')
      expect(listing).toContain('type ifname : verdict')
      expect(listing).toContain('"cof0" : jump enter_cof0')
      expect(listing).toContain('oifname != "cof0" ip saddr 10.207.0.0/22 masquerade')
      expect(lab.run('nft', '-j', 'list', 'ruleset')).toContain('"cofferdam"')
      const again = lab.run(
        'sh',
        '-c',
        `nft -s list table inet cofferdam > ${lab.runDir}/t && nft -c -f ${lab.runDir}/t && echo same`,
      )
      expect(again).toBe('same\n')
      const [link] = JSON.parse(lab.run('ip', '-j', '-d', 'link', 'show', 'cv0acf0002')) as object[]
      expect(link).toMatchObject({
        master: 'cof0',
        operstate: 'UP',
        mtu: 1400,
        linkinfo: { info_kind: 'veth', info_slave_data: expect.objectContaining({ isolated: true }) },
      })
      const [own] = JSON.parse(lab.run('ip', '-j', '-d', 'address', 'show', 'cof0')) as object[]
      expect(own).toMatchObject({
        address: '02:ce:0a:cf:00:01',
        linkinfo: { info_kind: 'bridge' },
        addr_info: [expect.objectContaining({ local: '10.207.0.1', prefixlen: 22 })],
      })
      await net.close()
      await lab.close()
    })
  },
)
