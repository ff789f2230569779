import { readFileSync } from 'node:fs'
import { requires, runScript } from '@cofferdam/testing'
import { doctor } from '../../src/index.js'

const { describe } = requires({ root: true, network: true })

describe('what a bridge network needs', () => {
  it('is made, and is gone', async () => {
    const links = () =>
      readFileSync('/proc/net/dev', 'utf8')
        .split('\n')
        .map((line) => line.split(':')[0])
    const before = links()
    const checks = await doctor()
    expect(checks.filter(({ name }) => ['networking', 'firewall'].includes(name))).toEqual([
      expect.objectContaining({ name: 'networking', ok: true }),
      expect.objectContaining({ name: 'firewall', ok: true }),
    ])
    expect(links()).toEqual(before)
  })

  it('is told when the right is missing', async () => {
    const { stdout } = await runScript(`
      import { Lane } from '@cofferdam/sys'
      import { checkNetwork } from './packages/doctor/src/network.ts'
      // The other user may not see this directory: the native code is loaded before.
      { using lane = new Lane(); void lane.handle }
      process.seteuid(65534)
      console.log(JSON.stringify(await checkNetwork()))`)
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        name: 'networking',
        ok: false,
        fix: expect.stringContaining('CAP_NET_ADMIN'),
      }),
    ])
  })
})
