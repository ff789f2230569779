import { requires } from '@cofferdam/testing'
import { engineHost, type Host } from '../support/host.js'
import { busybox } from '../support/image.js'

const { describe } = requires({ root: true, network: true, files: [busybox] })

describe('engine.run', () => {
  let host: Host
  beforeAll(async () => (host = await engineHost()))
  afterAll(() => host[Symbol.asyncDispose]())

  it('collects output and status, and says what was used', async () => {
    const result = await host.run(`
      return engine.run(plain, ['sh', '-c', 'echo out; echo err >&2; exit 3'], {
        reject: false, limits: { memory: '64MiB', pids: 32, cpus: 0.5 },
      })`)
    expect(result).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
      exitCode: 3,
      signal: null,
      oomKilled: false,
      failed: true,
      timedOut: false,
      isCanceled: false,
      command: ['sh', '-c', 'echo out; echo err >&2; exit 3'],
      usage: { memoryPeak: expect.any(Number), cpuMs: expect.any(Number) },
    })
  })

  it('throws what the result would have been', async () => {
    const error = await host.run(`
      const error = await engine.run(plain, ['sh', '-c', 'echo out; exit 4']).catch((error) => error)
      return { name: error.name, code: error.code, exitCode: error.exitCode, stdout: error.stdout, message: error.message }`)
    expect(error).toMatchObject({ name: 'ContainerExitError', exitCode: 4, stdout: 'out\n' })
    expect(error).toHaveProperty('message', expect.stringContaining('exit 4'))
  })

  it('tells a signal from a status', async () => {
    const results = await host.run(`
      return Promise.all(['kill -9 $$', 'kill -TERM $$', 'exit 137'].map((script) =>
        engine.run(plain, ['sh', '-c', 'sh -c "$0"; exec sh -c "echo $?"', script], { reject: false, init: true })
          .then(({ stdout }) => stdout.trim())))`)
    expect(results).toEqual(['137', '143', '137'])
  })

  it('is ended by its time, its signal and its output', async () => {
    const [late, canceled, loud] = await host.run<object[]>(`
      const late = await engine.run(plain, ['sh', '-c', 'echo begun; sleep 60'], { timeout: 300, reject: false })
      const controller = new AbortController()
      const running = engine.run(plain, ['sleep', '60'], { signal: controller.signal, reject: false, name: 'canceled' })
      await eventually(() => engine.list().some(({ name }) => name === 'canceled'))
      controller.abort()
      const loud = await fails(engine.run(plain, ['sh', '-c', 'yes; exit 0'], { maxOutput: '64KiB' }))
      return [late, await running, loud]`)
    expect(late).toMatchObject({ stdout: 'begun\n', timedOut: true, signal: 'SIGKILL', exitCode: null })
    expect(canceled).toMatchObject({ isCanceled: true, timedOut: false, signal: 'SIGKILL' })
    expect(loud).toMatchObject({ code: 'ERR_MAX_OUTPUT', hint: expect.any(String) })
  })

  it('starts nothing for a signal that was aborted before', async () => {
    const [error, list] = await host.run<[object, object[]]>(`
      const error = await fails(engine.run(plain, ['true'], { signal: AbortSignal.abort() }))
      return [error, engine.list({ all: true })]`)
    expect(error).toMatchObject({ name: 'AbortError' })
    expect(list).toEqual([])
  })

  it('feeds standard input, of more than a pipe holds', async () => {
    const count = await host.run(`
      return (await engine.run(plain, ['wc', '-c'], { input: 'x'.repeat(1_000_000) })).stdout.trim()`)
    expect(count).toBe('1000000')
  })

  it('gives back every byte of a long output', async () => {
    const sizes = await host.run(`
      const { stdout, stderr } = await engine.run(plain, ['sh', '-c', 'seq 200000; seq 100000 >&2'])
      return [stdout.length, stderr.length, stdout.endsWith('200000\\n')]`)
    expect(sizes).toEqual([1_288_895, 588_895, true])
  })

  it('reads a text that is cut between two packets of bytes', async () => {
    const text = await host.run(`
      return (await engine.run(plain, ['sh', '-c', "printf '\\\\303'; sleep 0.1; printf '\\\\266'"])).stdout`)
    expect(text).toBe('ö')
  })

  it('kills what the first process leaves behind', async () => {
    const result = await host.run(`
      return engine.run(plain, ['sh', '-c', '(trap "" TERM HUP; sleep 60) & echo done'])`)
    expect(result).toMatchObject({ stdout: 'done\n', exitCode: 0 })
  })
})
