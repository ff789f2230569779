import type { Process } from '../spec/types.js'
import { parseArguments } from './arguments.js'
import { execRequest, execRules } from './exec.js'

const first: Process = {
  cwd: '/',
  env: ['A=1'],
  user: { uid: 7, gid: 8, additionalGids: [9], umask: 0o77 },
  capabilities: {
    bounding: ['CAP_CHOWN', 'CAP_KILL'],
    effective: ['CAP_CHOWN'],
    permitted: ['CAP_CHOWN'],
    ambient: ['CAP_CHOWN'],
  },
}
const options = (...argv: string[]) =>
  execRequest(parseArguments([...argv, 'id', 'true'], execRules), first).options

describe('the user of an exec', () => {
  it.each<[string[], Process['user']]>([
    [[], undefined],
    [['-u', '1000'], { uid: 1000, gid: 8, additionalGids: [9], umask: 0o77 }],
    [['-u', '1000:100'], { uid: 1000, gid: 100, additionalGids: [9], umask: 0o77 }],
    [['-g', '20', '-g', '21'], { uid: 7, gid: 8, additionalGids: [9, 20, 21], umask: 0o77 }],
    [['-u', '0', '-g', '20'], { uid: 0, gid: 8, additionalGids: [9, 20], umask: 0o77 }],
  ])('is with %j that of the first process and what is said', (argv, user) => {
    expect(options(...argv).user).toEqual(user)
  })
  it.each([
    ['-u', 'root'],
    ['-u', '1:'],
    ['-g', '1:2'],
    ['-g', 'wheel'],
  ])('refuses %s %s', (...argv) => {
    expect(() => options(...argv)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }))
  })
})

it('adds capabilities to those of the first process', () => {
  expect(options().capabilities).toBeUndefined()
  expect(options('--cap', 'CAP_CHOWN', '--cap', 'CAP_SYS_ADMIN').capabilities).toEqual({
    bounding: ['CAP_CHOWN', 'CAP_KILL', 'CAP_SYS_ADMIN'],
    effective: ['CAP_CHOWN', 'CAP_SYS_ADMIN'],
    permitted: ['CAP_CHOWN', 'CAP_SYS_ADMIN'],
    ambient: ['CAP_CHOWN'],
  })
})
