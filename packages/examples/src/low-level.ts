/** The packages alone, with neither image nor engine: namespaces, a cgroup and a filter: `node dist/low-level.js`. */
import { Cgroup } from '@cofferdam/cgroups'
import { spawn } from '@cofferdam/process'
import { capabilityMask, compileSeccomp, defaultProfile, nativeArchitecture } from '@cofferdam/security'

const capabilities = ['CAP_CHOWN', 'CAP_KILL'] as const
const profile = defaultProfile({ capabilities: [...capabilities] })
const { filter } = compileSeccomp(profile, { architecture: nativeArchitecture() })

await using group = await Cgroup.create(`example-${process.pid}`, { 'memory.max': 64 << 20, 'pids.max': 32 })
await using child = await spawn(
  ['/bin/sh', '-c', 'echo "pid $$ on $(uname -n)"; grep -E "^(CapEff|Seccomp):" /proc/self/status; exit 7'],
  {
    namespaces: { mount: true, pid: true, net: true, ipc: true, uts: { hostname: 'box' } },
    cgroup: group,
    capabilities: capabilityMask([...capabilities]),
    seccomp: filter,
    noNewPrivileges: true,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
for await (const line of child.lines()) console.log(line.replace(/\s+/g, ' '))
console.log(await child.exited)
const { memory, pids } = await group.stat()
console.log('memory was used:', (memory?.peak ?? memory?.current ?? 0) > 0, 'processes left:', pids?.current)
