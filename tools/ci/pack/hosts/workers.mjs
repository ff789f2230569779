/** Several worker threads start processes at once; what a terminated one had started is killed, the others go on. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { NetlinkSocket, dumpLinks } from '@cofferdam/netlink'
import { spawn } from '@cofferdam/process'

const message = (worker) => new Promise((resolve) => worker.once('message', resolve))
const lines = async (command) => {
  const box = await spawn(['sh', '-c', command])
  const read = []
  for await (const line of box.lines()) read.push(line)
  assert.equal((await box.exited).exitCode, 0)
  return read
}

if (isMainThread) {
  const start = (data) => new Worker(fileURLToPath(import.meta.url), { workerData: data })
  const own = await spawn(['sleep', '1000'])
  const many = [0, 1, 2, 3].map(() => message(start('many')))
  const [holder, other] = [start('hold'), start('hold')]
  const [held, kept] = await Promise.all([message(holder), message(other)])
  await holder.terminate()
  while (existsSync(`/proc/${held}`)) await sleep(10)
  for (const answer of await Promise.all(many)) assert.equal(answer, 'done')
  assert(existsSync(`/proc/${kept}`), 'a process of another worker was killed')
  assert(existsSync(`/proc/${own.pid}`), 'a process of the main thread was killed')
  assert.deepEqual(await lines('echo still'), ['still'])
  await other.terminate()
  await own.stop()
} else if (workerData === 'hold') {
  const held = await spawn(['sleep', '1000'])
  parentPort.postMessage(held.pid)
} else {
  const all = await Promise.all(Array.from({ length: 10 }, (_, i) => lines(`echo ${i}`)))
  assert.deepEqual(
    all.flat(),
    Array.from({ length: 10 }, (_, i) => `${i}`),
  )
  const socket = await NetlinkSocket.open('route')
  let links = 0
  for (const { body } of await socket.request([dumpLinks()])) links += body.length > 0 ? 1 : 0
  socket.close()
  assert(links > 0)
  parentPort.postMessage('done')
}
