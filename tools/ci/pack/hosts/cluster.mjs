/** The workers of a cluster start processes; what a killed one had started is killed, another one goes on. */
import assert from 'node:assert/strict'
import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from '@cofferdam/process'

const message = (worker) => new Promise((resolve) => worker.once('message', resolve))

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()]
  const [first, second] = await Promise.all(workers.map(message))
  const own = await spawn(['sleep', '1000'])
  workers[0].process.kill('SIGKILL')
  while (existsSync(`/proc/${first}`)) await sleep(10)
  assert(existsSync(`/proc/${second}`), 'a process of another worker was killed')
  workers[1].send('again')
  assert.equal(await message(workers[1]), 'again 0')
  workers[1].disconnect()
  while (existsSync(`/proc/${second}`)) await sleep(10)
  await own.stop()
} else {
  const held = await spawn(['sleep', '1000'])
  process.on('disconnect', () => process.exit())
  process.on('message', async (word) => {
    const { exitCode } = await (await spawn(['true'])).exited
    process.send(`${word} ${exitCode}`)
  })
  process.send(held.pid)
}
