import { requires, tempDir } from '@cofferdam/testing'
import { bridge } from '../../src/index.js'
import { Lab } from '../lab/lab.js'

requires({ root: true, network: true, commands: ['nsenter', 'ip', 'nft'] }).describe(
  'run directories in one network namespace',
  () => {
    let lab: Lab
    beforeEach(async () => {
      lab = await Lab.open()
    })
    afterEach(() => lab.close())
    const open = (runDir: string) => bridge({ runDir, hostNetns: lab.host.fd })
    const setForward = (value: string) => lab.run('sysctl', '-qw', `net.ipv4.ip_forward=${value}`)

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
