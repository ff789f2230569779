import { ContainerExitError } from './exit-error.js'

it('an exit error has the fields of the result', () => {
  const error = new ContainerExitError({
    stdout: '',
    stderr: 'no such file\n',
    exitCode: 2,
    signal: null,
    oomKilled: false,
    durationMs: 1,
    timedOut: false,
    isCanceled: false,
    failed: true,
    command: ['ls', '/x'],
    usage: { memoryPeak: undefined, cpuMs: undefined },
  })
  expect(error).toMatchObject({
    code: 'ERR_CONTAINER_EXIT',
    exitCode: 2,
    shortMessage: 'ls /x: exited with 2',
  })
  expect(error.message).toBe('ls /x: exited with 2\nno such file')
})
