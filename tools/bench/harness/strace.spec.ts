import { childCalls } from './strace.ts'

const log = [
  '10 execve("/limit", ["limit"], 0x7ffe14b2 /* 3 vars */) = 0',
  '10 clone3({flags=CLONE_NEWNS} <unfinished ...>',
  '11 mount(NULL, "/", NULL, MS_REC, NULL <unfinished ...>',
  '10 <... clone3 resumed>, 88) = 11',
  '11 <... mount resumed>) = 0',
  '10 wait4(-1,  <unfinished ...>',
  '11 execve("/bin/true", ["/bin/true"], 0x4c7120 /* 2 vars */) = 0',
  '11 brk(NULL) = 0x1',
  '11 +++ exited with 0 +++',
  '12 execve("/bin/podman", ["podman"], 0x4c7120 /* 2 vars */) = 0',
  '10 <... wait4 resumed>[{WIFEXITED(s)}], 0, NULL) = 11',
].join('\n')

it('finds the calls between clone and exec of the child, resumed ones whole', () => {
  expect(childCalls(log, '/bin/true')).toEqual([
    'mount(NULL, "/", NULL, MS_REC, NULL) = 0',
    'execve("/bin/true", ["/bin/true"], /* 2 vars */) = 0',
  ])
})

it('finds nothing where nothing was executed', () => {
  expect(childCalls('10 execve("/limit", ["limit"], NULL) = 0', '/bin/true')).toEqual([])
})
