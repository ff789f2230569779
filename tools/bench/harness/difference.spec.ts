import { difference } from './difference.ts'

it('finds no difference in another order of named things', () => {
  const mounts = [{ destination: '/proc' }, { destination: '/sys' }]
  expect(difference({ mounts }, { mounts: [...mounts].reverse() })).toEqual([])
})

it('says what each side has', () => {
  const ours = { hostname: 'a', process: { env: ['A=1'] }, linux: { pids: 32 } }
  const theirs = { hostname: 'b', process: { env: ['A=1', 'TERM=xterm'] } }
  expect(difference(ours, theirs)).toEqual([
    'hostname: "a" | "b"',
    'linux.pids: 32 | -',
    'process.env["TERM=xterm"]: - | "TERM=xterm"',
  ])
})

it('lists the calls that only one filter allows', () => {
  const config = (...syscalls: object[]) => ({
    linux: { seccomp: { defaultAction: 'SCMP_ACT_ERRNO', syscalls } },
  })
  const rule = (names: string[], action = 'SCMP_ACT_ALLOW', args: object[] = []) => ({ names, action, args })
  const ours = config(rule(['read', 'write', 'mseal']), rule(['clone3'], 'SCMP_ACT_ERRNO'))
  const theirs = config(rule(['write', 'read']), rule(['socket'], 'SCMP_ACT_ALLOW', [{ index: 0 }]))
  expect(difference(ours, theirs)).toEqual([
    'linux.seccomp.allow, only ours: mseal',
    'linux.seccomp.allowIf, only theirs: socket',
  ])
})
