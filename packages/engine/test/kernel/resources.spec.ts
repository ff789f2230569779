import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

describe('volumes, limits and networks', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('binds host directories and files, for writing or reading only', async () => {
    const result = await host.run(`
      const { mkdirSync, writeFileSync, readFileSync } = await import('node:fs')
      const data = root + '/../data'
      mkdirSync(data)
      writeFileSync(data + '/file', 'from the host')
      return [
        await engine.run(plain, ['sh', '-c', 'cat /d/file; echo back > /d/new; cat /one; touch /ro/x'], {
          volumes: { '/d': data, '/one': bind(data + '/file'), '/ro': bind(data, { readonly: true }), '/made/deep': data }, reject: false,
        }),
        readFileSync(data + '/new', 'utf8'),
      ]`)
    expect(result).toMatchObject([
      { stdout: 'from the hostfrom the host', stderr: expect.stringContaining('Read-only'), exitCode: 1 },
      'back\n',
    ])
  })

  it('mounts memory of a size', async () => {
    const result = await host.run(`
      return engine.run(plain, ['sh', '-c', 'stat -c %a /scratch; dd if=/dev/zero of=/scratch/x bs=1M count=3 2>&1 | tail -n 1; stat -c %s /scratch/x'],
        { volumes: { '/scratch': tmpfs('2MiB', { mode: '0750' }) }, reject: false })`)
    expect(result).toMatchObject({ stdout: expect.stringMatching(/^750\n.*\n2097152\n$/s) })
  })

  it('says that the kernel killed it for want of memory', async () => {
    const result = await host.run(`
      return engine.run(plain, ['sh', '-c', 'exec tail /dev/zero'], { limits: { memory: '16MiB' }, reject: false })`)
    expect(result).toMatchObject({ oomKilled: true, signal: 'SIGKILL', exitCode: null })
    expect((result as { usage: { memoryPeak: number } }).usage.memoryPeak).toBeGreaterThan(8 * 1024 * 1024)
  })

  it('does not say so of another death', async () => {
    const result = await host.run(`
      return engine.run(plain, ['sleep', '60'], { limits: { memory: '16MiB' }, timeout: 200, reject: false })`)
    expect(result).toMatchObject({ oomKilled: false, signal: 'SIGKILL', timedOut: true })
  })

  it('limits the number of processes', async () => {
    const result = await host.run(`
      return engine.run(plain, ['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; wait'], { limits: { pids: 4 }, reject: false })`)
    expect(result).toMatchObject({ stderr: expect.stringContaining("can't fork") })
  })

  it('shows the networks that were asked for', async () => {
    const [bridge, none, hostNet, joined] = await host.run<string[]>(`
      const links = (network) => engine.run(plain, ['sh', '-c', 'ls /sys/class/net 2>/dev/null; ip -o link | cut -d: -f2'], { network })
        .then(({ stdout }) => stdout.replaceAll(/@\\S+/g, '').trim())
      await using web = await engine.start(plain, { command: ['httpd', '-f', '-p', '80', '-h', '/www'], ready: portOpen(80) })
      const joined = await engine.run(plain, ['wget', '-q', '-O', '-', 'http://127.0.0.1/'], { network: 'container:' + web.name })
      return [await links('bridge'), await links('none'), await links('host'), joined.stdout]`)
    expect(bridge).toMatch(/eth0/)
    expect(none).not.toMatch(/eth0/)
    expect(none).toMatch(/lo/)
    expect(hostNet).toMatch(/lo/)
    expect(joined).toBe('hello from inside\n')
  })

  it('resolves its own name, and reaches a neighbour by address', async () => {
    const text = await host.run(`
      await using web = await engine.start(plain, { command: ['httpd', '-f', '-p', '80', '-h', '/www'], ready: portOpen(80) })
      return (await engine.run(plain, ['sh', '-c', 'grep -c box /etc/hosts; cat /etc/hostname; wget -q -O - http://$0/', web.address], { hostname: 'box' })).stdout`)
    expect(text).toBe('1\nbox\nhello from inside\n')
  })
})
