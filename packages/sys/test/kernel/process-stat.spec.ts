import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { eventually, requires, tempDir } from '@cofferdam/testing'
import { isAlive, processStart, readProcessStat } from '../../src/index.js'

const { describe } = requires({ commands: ['gcc'] })

/** With an argument a parent of a zombie, whose pid it says; without, a process whose first thread has ended. */
const source = `
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static void *rest(void *data) { for (;;) pause(); return data; }
int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc > 1) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        printf("%d", child), fflush(stdout);
        rest(argv);
    }
    pthread_create(&thread, NULL, rest, NULL);
    pthread_exit(NULL);
}`

describe('a process', () => {
  let dir: Awaited<ReturnType<typeof tempDir>>
  beforeAll(async () => {
    dir = await tempDir('process-stat')
    writeFileSync(dir.join('program.c'), source)
    execFileSync('gcc', ['-pthread', '-o', dir.join('program'), dir.join('program.c')])
  })
  afterAll(() => dir.remove())

  it('lives as long as any thread does', async () => {
    const child = spawn(dir.join('program'), { stdio: 'ignore' })
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

  it('lives no more when it has ended, reaped or not', async () => {
    const parent = spawn(dir.join('program'), ['parent'], { stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const [said] = (await once(parent.stdout, 'data')) as [Buffer]
      const zombie = Number(said.toString())
      await eventually(() => readProcessStat(zombie)?.state === 'Z')
      expect(processStart(zombie)).toBeUndefined()
    } finally {
      parent.kill('SIGKILL')
    }
  })
})
