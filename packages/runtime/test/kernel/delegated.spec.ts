import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { detectLayout } from '@cofferdam/cgroups'
import { requires, runScript, tempDir, type TempDir } from '@cofferdam/testing'
import { makeRootfs } from '../support/world.js'

/** The cgroup that this process was given to do with as it likes, or why there is none. */
function delegated(): { path: string } | { reason: string } {
  if (process.geteuid!() === 0) return { reason: 'is for an ordinary user, this is root' }
  if (detectLayout().mode !== 'v2') return { reason: 'needs cgroup v2 alone' }
  const path = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
  try {
    accessSync(`/sys/fs/cgroup${path}/cgroup.procs`, constants.W_OK)
    return { path }
  } catch {
    return { reason: `the cgroup ${path} is not delegated to this user` }
  }
}

const own = delegated()
const { describe } = requires({
  commands: ['busybox'],
  unless: 'reason' in own ? own.reason : undefined,
})

describe('a container in the delegated cgroup of an ordinary user', () => {
  let dir: TempDir
  beforeAll(async () => {
    dir = await tempDir('delegated')
    makeRootfs(dir.join('rootfs'))
    mkdirSync(dir.join('state'))
  })
  afterAll(() => dir.remove())

  it('has limits, is frozen, is killed for want of memory, and leaves nothing', async () => {
    const result = await runScript(`
      import { mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
      import { text } from 'node:stream/consumers'
      import { Cgroup } from '@cofferdam/cgroups'
      import { defaultSpec, Runtime } from '@cofferdam/runtime'
      const own = ${JSON.stringify('path' in own ? own.path : '')}
      const top = '/sys/fs/cgroup' + own
      const rootless = { uid: process.getuid(), gid: process.getgid() }
      const runtime = new Runtime({ root: ${JSON.stringify(dir.join('state'))}, cgroupParent: own + '/containers' })
      const spec = (args, resources) => {
        const made = defaultSpec({ args, rootfs: ${JSON.stringify(dir.join('rootfs'))}, rootless })
        made.linux.resources = resources
        return made
      }
      // No processes beside children that have controllers (cgroups(7)): all that are here move down.
      mkdirSync(top + '/starter')
      for (const pid of (await Cgroup.open(own).pids())) writeFileSync(top + '/starter/cgroup.procs', String(pid))
      const seen = {}
      {
        const resources = { memory: { limit: 64 << 20 }, pids: { limit: 32 } }
        await using container = await runtime.run(undefined, {
          spec: spec(['sh', '-c', 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max; cat /proc/self/cgroup'], resources),
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        seen.limits = await text(container.streams.stdout)
        await container.exited
      }
      {
        await using container = await runtime.run('frozen', { spec: spec(['sleep', '100'], {}), stdio: 'ignore' })
        const cgroup = Cgroup.open(own + '/containers/frozen')
        await cgroup.freeze()
        seen.frozen = await cgroup.isFrozen()
        await cgroup.thaw()
      }
      {
        await using container = await runtime.run(undefined, {
          spec: spec(['sh', '-c', 'exec tail /dev/zero'], { memory: { limit: 16 << 20 } }), stdio: 'ignore',
        })
        const { signal, oomKilled } = await container.exited
        Object.assign(seen, { signal, oomKilled })
      }
      seen.left = readdirSync(top + '/containers', { withFileTypes: true }).filter((entry) => entry.isDirectory()).length
      rmdirSync(top + '/containers')
      console.log(JSON.stringify(seen))`)
    expect(result.json()).toEqual({
      limits: '67108864\n32\n0::/\n',
      frozen: true,
      signal: 'SIGKILL',
      oomKilled: true,
      left: 0,
    })
  })
})
