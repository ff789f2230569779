import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { readProcessStat } from '@cofferdam/sys'
import { summarize } from '../harness/statistics.ts'
import type { Workshop } from '../harness/workshop.ts'
import { ready } from '../rows/engine.ts'
import { asked } from '../rows/podman.ts'
import type { Outcome, Suite } from './suite.ts'

const COUNT = 100
const MAX_KB = 100
const IDLE_MS = 5000
const command = fileURLToPath(new URL('../bundle/main.js', import.meta.resolve('@cofferdam/cli')))
const run = promisify(execFile)

/** Memory of a process in kB: its proportional share (PSS), and the pages of memory files that it holds open. */
async function memory(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  let kilobytes = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1])
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const path = `/proc/${pid}/fd/${fd}`
    if ((await readlink(path)).startsWith('/memfd:')) kilobytes += (await stat(path)).blocks / 2
  }
  return kilobytes
}

async function measure(
  workshop: Workshop,
  progress?: (done: number, of: number) => void,
): Promise<Pick<Outcome, 'results' | 'verdicts'>> {
  const { engine, image } = await ready(workshop)
  const env = { ...process.env, COFFERDAM_ROOT: await workshop.state('engine') }
  const ids: string[] = []
  workshop.defer(async () => {
    for (const id of ids) await engine.get(id).remove({ force: true })
  })
  for (let i = 0; i < COUNT; i++) {
    const { stdout } = await run(process.execPath, [command, 'run', '-d', image, ...asked.sleep], { env })
    ids.push(stdout.trim())
    progress?.(i + 1, COUNT)
  }
  const containers = ids.map((id) => engine.get(id).inspect().pid as number)
  const monitors = containers.map((pid) => readProcessStat(pid)?.parent ?? 0)
  const ticks = () => monitors.reduce((sum, pid) => sum + (readProcessStat(pid)?.ticks ?? NaN), 0)
  await sleep(1000)
  const before = ticks()
  await sleep(IDLE_MS)
  const used = ticks() - before
  const sizes = await Promise.all(monitors.map(memory))
  const largest = Math.max(...sizes)
  const verdict = (pass: boolean, text: string) => `${pass ? 'PASS' : 'FAIL'}  ${text}`
  return {
    results: [
      { name: 'monitor-memory', unit: 'kB', ...summarize(sizes) },
      { name: 'monitor-idle-ticks', unit: 'count', p50: used, p95: used, n: COUNT },
    ],
    verdicts: [
      verdict(largest <= MAX_KB, `memory of a monitor: at most ${largest} kB (at most ${MAX_KB})`),
      verdict(used === 0, `processor time of ${COUNT} monitors in ${IDLE_MS} ms: ${used} ticks (none)`),
    ],
  }
}

/** What the monitors of {@link COUNT} detached containers cost, each started by a command of its own. */
export const monitors: Suite = {
  name: 'monitors',
  rows: [],
  run: async (workshop, { progress }) => ({ ...(await measure(workshop, progress)), skipped: new Map() }),
}
