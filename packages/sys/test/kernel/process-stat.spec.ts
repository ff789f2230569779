import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { eventually, requires, tempDir } from '@cofferdam/testing'
import { isAlive, processStart, readProcessStat } from '../../src/index.js'

const { describe } = requires({ commands: ['gcc'] })

const source = `
#include <pthread.h>
#include <unistd.h>
static void *rest(void *data) { for (;;) pause(); return data; }
int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, rest, NULL);
    pthread_exit(NULL);
}`

describe('a process whose first thread has ended', () => {
  it('lives as long as another thread does', async () => {
    await using dir = await tempDir('process-stat')
    writeFileSync(dir.join('leaderless.c'), source)
    execFileSync('gcc', ['-pthread', '-o', dir.join('leaderless'), dir.join('leaderless.c')])
    const child = spawn(dir.join('leaderless'), { stdio: 'ignore' })
    const pid = child.pid as number
    const ended = once(child, 'exit')
    try {
      await eventually(() => readProcessStat(pid)?.state === 'Z')
      const start = processStart(pid) ?? ''
      expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(` ${start} `)
      expect(isAlive(pid, start)).toBe(true)
      child.kill('SIGKILL')
      await ended
      expect(isAlive(pid, start)).toBe(false)
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('a process that has ended', () => {
  it('lives no more, reaped or not', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [said] = (await once(parent.stdout, 'data')) as [Buffer]
    const zombie = Number(said.toString())
    await eventually(() => readProcessStat(zombie)?.state === 'Z')
    expect(processStart(zombie)).toBeUndefined()
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  })
})
