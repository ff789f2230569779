import { fstatSync, readFileSync, readlinkSync } from 'node:fs'
import { requires } from '@cofferdam/testing'
import { host, join, none } from '../../src/index.js'
import { Lab } from '../lab/lab.js'

requires({ root: true, network: true, commands: ['nsenter', 'ip'] }).describe(
  'networks without a bridge',
  () => {
    it('none has a loopback that is up and nothing else', async () => {
      const lab = await Lab.open()
      await using network = none()
      const attachment = await network.attach({ containerId: 'alone', hostname: 'alone.example' })
      const peer = lab.peer('alone', attachment.netns)
      await peer.listen(80)
      expect(await peer.tcp('127.0.0.1', 80)).toMatchObject({ name: 'alone' })
      expect(await peer.tcp('192.0.2.1', 80)).toBe('ENETUNREACH')
      expect(attachment.files.hosts).toContain('127.0.1.1\talone.example alone')
      const other = await join({ netns: attachment.netns!, files: attachment.files }).attach({
        containerId: 'guest',
      })
      expect(readlinkSync(`/proc/self/fd/${other.netns}`)).toBe(
        readlinkSync(`/proc/self/fd/${attachment.netns}`),
      )
      const fd = other.netns!
      await other.detach()
      await other.detach()
      expect(() => fstatSync(fd)).toThrow(expect.objectContaining({ code: 'EBADF' }))
      expect(await peer.tcp('127.0.0.1', 80)).toMatchObject({ name: 'alone' })
      await lab.close()
    })
    it('join takes a namespace by its file', async () => {
      await using network = join({ path: '/proc/self/ns/net' })
      const attachment = await network.attach({ containerId: 'guest' })
      expect(readlinkSync(`/proc/self/fd/${attachment.netns}`)).toBe(readlinkSync('/proc/self/ns/net'))
    })
    it('host has the host’s names and no namespace, and publishes nothing', async () => {
      await using network = host()
      const attachment = await network.attach({ containerId: 'x' })
      expect(attachment.netns).toBeUndefined()
      expect(attachment.files.hosts).toBe(readFileSync('/etc/hosts', 'utf8'))
      await expect(network.attach({ containerId: 'x', ports: [{ container: 80 }] })).rejects.toMatchObject({
        code: 'ERR_INVALID_PORT',
      })
    })
  },
)
