/** arm64's init in place of this machine's: it decodes plans, refuses a malformed one, and clones as its emulator can. */
import assert from 'node:assert/strict'
import { spawn } from '@cofferdam/process'
import { REPORT, REQUEST, spawnerOpen, spawnerRef, spawnerSend, spawnerShutdown } from '@cofferdam/sys'

const refused = await new Promise((resolve) => {
  const spawner = spawnerOpen('guard', (report) => {
    spawnerShutdown(spawner)
    resolve(report)
  })
  spawnerRef(spawner, true)
  spawnerSend(spawner, { type: REQUEST.START, id: 1, plan: Buffer.alloc(64), fds: [] })
})
assert.equal(refused.type, REPORT.FAILED)
assert.match(refused.detail, /^the plan /)
process.stdout.write(`refused: ${refused.detail}\n`)

// qemu-user 7.2 has no clone3, and its clone refuses CLONE_PIDFD.
const started = await spawn(['/bin/echo', 'hello']).catch((error) => error)
if (started instanceof Error) {
  assert.deepEqual([started.code, started.errno], ['ERR_CLONE', 'EINVAL'])
  process.stdout.write(`launched as far as clone: ${started.message}\n`)
} else {
  for await (const line of started.lines()) assert.equal(line, 'hello')
  assert.equal((await started.exited).exitCode, 0)
  process.stdout.write('launched\n')
}
