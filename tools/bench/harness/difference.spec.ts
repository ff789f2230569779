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
