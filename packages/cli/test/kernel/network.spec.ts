import { once } from 'node:events'
import { eventually } from '@cofferdam/testing'
import { busyboxLab, commandTest } from '../support/lab.js'

commandTest('networks of the command', () => {
  const lab = busyboxLab()

  const serve = 'mkdir /www; hostname >/www/index.html; exec httpd -f -p 80 -h /www'
  /** A request in as many words as busybox needs: its wget wants a name service. */
  const get = (host: string, port = 80) => [
    `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${host} ${port} | tail -n 1`,
  ]
  const fetched = async (host: string, port = 80) =>
    (await lab.inHost(['sh', '-c', ...get(host, port)], ['/bin/busybox'])).stdout

  it('bridge: an address, a default route, names, a published port; all gone at the end', async () => {
    const before = (await lab.inHost(['-o', 'link'], ['ip'])).stdout
    const args = ['--rm', '-p', '8080:80', '-h', 'web', '--init', lab.busybox, 'sh', '-c', serve]
    const { child } = await lab.startNamed('web', args)
    expect(await eventually(async () => (await fetched('127.0.0.1', 8080)) || undefined, 5000)).toBe('web\n')
    const [{ address, ports } = { address: '', ports: [] }] = JSON.parse(
      (await lab.run(['--json', 'ps'])).stdout,
    ) as { address: string; ports: object[] }[]
    expect(ports).toEqual([{ hostIp: '0.0.0.0', host: 8080, container: 80, protocol: 'tcp' }])
    expect(await fetched(address)).toBe('web\n')
    const inside = await lab.inHost([
      'exec',
      'web',
      'sh',
      '-c',
      'ip -4 -o addr show eth0; ip route; cat /etc/hosts',
    ])
    expect(inside.ok().stdout).toContain(`${address}/`)
    expect(inside.stdout).toMatch(/^default via \S+ dev eth0/m)
    expect(inside.stdout).toMatch(new RegExp(`^${address}\\s.*web`, 'm'))

    const taken = await lab.inHost(['--json', 'run', '--rm', '-p', '8080:80', lab.busybox, 'true'])
    expect(taken.exitCode).toBe(125)
    expect(taken.stderr).toMatch(/"code":"ERR_PORT_(IN_USE|TAKEN)"/)

    const second = ['run', '--rm', lab.busybox, 'sh', '-c']
    expect((await lab.inHost([...second, ...get(address)])).ok().stdout).toBe('web\n')
    const joined = ['run', '--rm', '--network', 'container:web', lab.busybox, 'sh', '-c']
    expect((await lab.inHost([...joined, ...get('127.0.0.1')])).ok().stdout).toBe('web\n')

    const ended = once(child, 'exit')
    await lab.inHost(['stop', 'web'])
    await ended
    await eventually(
      async () => expect((await lab.inHost(['-o', 'link'], ['ip'])).stdout).toBe(before) ?? true,
      5000,
    )
    expect((await lab.inHost(['list', 'ruleset'], ['nft'])).stdout).toBe('')
  })

  it('none has loopback only; host is the host’s', async () => {
    const links = async (network: string) =>
      (await lab.inHost(['run', '--rm', '--network', network, lab.busybox, 'ls', '/sys/class/net'])).ok()
        .stdout
    expect(await links('none')).toBe('lo\n')
    expect(
      (await lab.inHost(['run', '--rm', '--network', 'host', lab.busybox, 'readlink', '/proc/self/ns/net']))
        .stdout,
    ).toBe((await lab.inHost(['/proc/self/ns/net'], ['readlink'])).stdout)
  })
})
