import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@cofferdam/testing'
import { runHooks } from './hooks.js'

describe('hooks in the namespaces of the runtime', () => {
  let dir: string
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'cofferdam-hooks-'))))
  afterEach(() => rmSync(dir, { recursive: true }))

  const run = (script: string, more: { timeout?: number } = {}, signal?: AbortSignal) => {
    const hook = { path: '/bin/sh', args: ['sh', '-c', script], env: ['PATH=/usr/bin:/bin'], ...more }
    return runHooks('createRuntime', { createRuntime: [hook] }, () => '{"id":"a"}', signal)
  }
  const pidIn = (name: string) => Number(readFileSync(join(dir, name), 'utf8'))
  const written = (name: string) => `echo $! > ${dir}/new; mv ${dir}/new ${dir}/${name}`
  const lives = (pid: number) => /^State:\s+[^ZX]/m.test(read(`/proc/${pid}/status`))
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

  it('get the state, and tell what failed with the last words', async () => {
    await run(`cat > ${dir}/state`)
    expect(readFileSync(join(dir, 'state'), 'utf8')).toBe('{"id":"a"}')
    await expect(run('echo why >&2; exit 3')).rejects.toThrow(
      'error running createRuntime hook #0: exit status 3, stderr: why',
    )
    await expect(run('kill -TERM $$')).rejects.toThrow('signal: SIGTERM')
    await expect(
      runHooks('prestart', { prestart: [{ path: join(dir, 'none') }] }, () => ''),
    ).rejects.toMatchObject({ code: 'ERR_HOOK', message: expect.stringContaining('ENOENT') })
  })

  it.each([
    ['succeeds', 'exit 0', undefined],
    ['fails', 'echo why >&2; exit 3', 'exit status 3, stderr: why'],
  ])('leave alone what one started that %s, and do not wait for it', async (_, end, words) => {
    const hook = run(`sleep 1000 & ${written('pid')}; ${end}`)
    try {
      if (words === undefined) await hook
      else await expect(hook).rejects.toThrow(words)
      expect(lives(pidIn('pid'))).toBe(true)
    } finally {
      process.kill(pidIn('pid'), 'SIGKILL')
    }
  })

  it('are killed at their timeout with what they started', async () => {
    await expect(run(`sleep 1000 & ${written('pid')}; wait`, { timeout: 1 })).rejects.toThrow(
      'signal: killed, past its timeout of 1 s',
    )
    await eventually(() => !lives(pidIn('pid')))
  })

  it('are killed by a signal with what they started, also one that has come', async () => {
    const controller = new AbortController()
    const hook = run(`sleep 1000 & ${written('pid')}; wait`, {}, controller.signal)
    hook.catch(() => {})
    await eventually(() => existsSync(join(dir, 'pid')))
    controller.abort()
    await expect(hook).rejects.toThrow('signal: killed')
    await eventually(() => !lives(pidIn('pid')))
    await expect(run('exec sleep 1000', {}, controller.signal)).rejects.toThrow('signal: killed')
  })
})
