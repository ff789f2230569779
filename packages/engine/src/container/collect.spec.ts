import { PassThrough } from 'node:stream'
import { Collector } from './collect.js'
import { ContainerExitError } from './exit-error.js'

it('collects up to a limit and says so once', async () => {
  let overflows = 0
  const collector = new Collector(5, () => overflows++)
  const stream = new PassThrough()
  stream.write('abc')
  stream.write('def')
  stream.end('ghi')
  await collector.read(stream)
  expect([collector.text, collector.overflow, overflows]).toEqual(['abcde', true, 1])
})

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
