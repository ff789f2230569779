import { chownSync, mkdirSync } from 'node:fs'
import { asUser, requires, tempDir, type TempDir } from '@cofferdam/testing'
import { makeRootfs } from '../support/world.js'

const { describe } = requires({ commands: ['busybox'], unless: asUser.reason })

/** A script of the ordinary user with a runtime, and `spec`, which makes a specification for a shell text. */
const prelude = (dir: TempDir) => `
  import { text } from 'node:stream/consumers'
  import { defaultSpec, Runtime } from '@cofferdam/runtime'
  import { defaultProfile } from '@cofferdam/security'
  const rootless = { uid: process.getuid(), gid: process.getgid() }
  const runtime = (options = {}) => new Runtime({ root: ${JSON.stringify(dir.join('state'))}, ...options })
  const spec = (script) => defaultSpec({
    args: ['sh', '-c', script], rootfs: ${JSON.stringify(dir.join('rootfs'))}, rootless, seccomp: defaultProfile(),
  })
  const stdio = ['ignore', 'pipe', 'pipe']
  const say = (value) => console.log(JSON.stringify(value))`

describe('a container of an ordinary user', () => {
  let dir: TempDir
  beforeAll(async () => {
    dir = await tempDir('user')
    makeRootfs(dir.join('rootfs'))
    mkdirSync(dir.join('state'))
    if (process.getuid!() === 0)
      for (const name of ['', 'state', 'rootfs']) chownSync(dir.join(name), asUser.uid, asUser.uid)
  })
  afterAll(() => dir.remove())

  it('is root inside, in namespaces of its own, and writes as the user outside', async () => {
    const script =
      'id -u; hostname; ls /sys/class/net; echo $$; touch /made; stat -c %u:%g /made; mount | grep -c proc'
    const result = await asUser.script(`${prelude(dir)}
      import { statSync } from 'node:fs'
      await using container = await runtime({ cgroups: 'disabled' }).run(undefined, { spec: spec(${JSON.stringify(script)}), stdio })
      const [out, err] = await Promise.all([text(container.streams.stdout), text(container.streams.stderr)])
      const exit = await container.exited
      say({ out: out.split('\\n').slice(0, 5), err, exit, owner: statSync(${JSON.stringify(dir.join('rootfs/made'))}).uid })`)
    expect(result.json()).toEqual({
      out: ['0', 'cofferdam', 'lo', '1', '0:0'],
      err: '',
      exit: expect.objectContaining({ exitCode: 0, signal: null }),
      owner: asUser.uid,
    })
  })

  it('has the whole life: create, start, exec, kill, delete', async () => {
    const result = await asUser.script(`${prelude(dir)}
      const own = runtime({ cgroups: 'disabled' })
      await using container = await own.create('life', { spec: spec('sleep 100'), stdio: 'ignore' })
      const states = [(await container.state()).status]
      await container.start()
      states.push((await container.state()).status)
      const run = await container.exec(['sh', '-c', 'id -u; hostname'], { stdio })
      const out = await text(run.streams.stdout)
      await run.process.exited
      await container.kill('SIGKILL')
      const { signal } = await container.exited
      await container.delete()
      say({ states, out, signal, left: await own.list() })`)
    expect(result.json()).toEqual({
      states: ['created', 'running'],
      out: '0\ncofferdam\n',
      signal: 'SIGKILL',
      left: [],
    })
  })
})
