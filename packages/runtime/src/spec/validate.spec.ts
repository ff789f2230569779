import { defaultSpec } from './default.js'
import type { Linux, Process, Spec } from './types.js'
import { checkSpec, specProblems } from './validate.js'

const base = defaultSpec()
const withLinux = (linux: Partial<Linux>): Spec => ({ ...base, linux: { ...base.linux, ...linux } })
const withProcess = (process: Partial<Process>): Spec => ({
  ...base,
  process: { ...(base.process as Process), ...process },
})
const mappings = [{ containerID: 0, hostID: 1000, size: 1 }]
const namespaces = (...types: string[]) =>
  types.map((type) => ({ type }) as NonNullable<Linux['namespaces']>[0])

const cases: [string, Spec, RegExp][] = [
  ['version', { ...base, ociVersion: 'one' }, /ociVersion is not a semantic version/],
  ['major version', { ...base, ociVersion: '2.0.0' }, /2\.0\.0 is not supported/],
  ['root', { ...base, root: undefined } as unknown as Spec, /root is missing/],
  ['mappings without user namespace', withLinux({ uidMappings: mappings }), /USER namespace not enabled/],
  ['user namespace without mappings', withLinux({ namespaces: namespaces('user') }), /needs uidMappings/],
  ['hostname', withLinux({ namespaces: namespaces('mount') }), /hostname without a private UTS/],
  ['masks', { ...withLinux({ namespaces: namespaces('uts') }) }, /restrict sys entries/],
  ['offsets', withLinux({ timeOffsets: { boottime: { secs: 1 } } }), /time namespace not enabled/],
  [
    'offsets and path',
    withLinux({
      timeOffsets: { boottime: { secs: 1 } },
      namespaces: [...(base.linux?.namespaces ?? []), { type: 'time', path: '/proc/1/ns/time' }],
    }),
    /both namespace path and time offsets/,
  ],
  [
    'sysctl of the host',
    withLinux({ sysctl: { 'vm.swappiness': '1' } }),
    /not in a separate kernel namespace/,
  ],
  ['sysctl with ..', withLinux({ sysctl: { 'net/../kernel/x': '1' } }), /is not a name/],
  ['sysctl hostname', withLinux({ sysctl: { 'kernel.hostname': 'x' } }), /conflicts with hostname/],
  [
    'relative namespace',
    withLinux({ namespaces: [{ type: 'network', path: 'ns' }] }),
    /path is not absolute/,
  ],
  ['cwd', withProcess({ cwd: 'tmp' }), /cwd is not an absolute path/],
  ['args', withProcess({ args: [] }), /args must not be empty/],
  ['env', withProcess({ env: ['=x'] }), /without a name/],
  ['NUL', withProcess({ args: ['a\0b'] }), /NUL/],
  ['rlimit', withProcess({ rlimits: [{ type: 'RLIMIT_X', soft: 1, hard: 1 }] }), /invalid rlimit type/],
  ['uid', withProcess({ user: { uid: 4294967295 } }), /user\.uid is not an id/],
  ['oom', withProcess({ oomScoreAdj: 1001 }), /oomScoreAdj/],
  ['capability', withProcess({ capabilities: { effective: ['CAP_KILL'] } }), /CAP_KILL is not permitted/],
  ['priority', withProcess({ scheduler: { policy: 'SCHED_OTHER', priority: 3 } }), /needs SCHED_FIFO/],
  [
    'hook',
    { ...base, hooks: { poststop: [{ path: 'x', timeout: 0 }] } },
    /path is not absolute.*not positive/,
  ],
  [
    'id maps',
    { ...base, mounts: [{ destination: '/x', uidMappings: mappings }] },
    /both uidMappings and gidMappings/,
  ],
]

describe('checkSpec', () => {
  it('accepts what defaultSpec makes', () => {
    expect(specProblems(defaultSpec())).toEqual([])
    expect(specProblems(defaultSpec({ rootless: { uid: 1000, gid: 1000 }, terminal: true }))).toEqual([])
  })
  it.each(cases)('refuses %s', (_, spec, message) => {
    expect(specProblems(spec).join('; ')).toMatch(message)
    expect(() => checkSpec(spec)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_SPEC' }))
  })
  it('accepts sysctls of own namespaces', () => {
    const sysctl = { 'net.ipv4.ip_forward': '1', 'kernel.shmmax': '1', 'fs.mqueue.msg_max': '5' }
    expect(specProblems(withLinux({ sysctl }))).toEqual([])
  })
})
