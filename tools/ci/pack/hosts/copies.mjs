/** Two installed copies in one process, as two dependencies may bring them: `copies.mjs OTHER-DIRECTORY`. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const copies = [import.meta.dirname, process.argv[2]].map((folder) => {
  const require = createRequire(join(folder, 'package.json'))
  return { process: require('@cofferdam/process'), core: require('@cofferdam/core') }
})
const [a, b] = copies
assert.notEqual(a.process.spawn, b.process.spawn)
const echo = async ({ process: { spawn } }, word) => {
  const box = await spawn(['echo', word])
  const read = []
  for await (const line of box.lines()) read.push(line)
  return read.join()
}
const words = Array.from({ length: 10 }, (_, i) => `${i}`)
assert.deepEqual(await Promise.all(words.map((word, i) => echo(copies[i % 2], word))), words)

const held = await a.process.spawn(['sleep', '1000'])
await (await b.process.spawn(['sleep', '1000'])).stop()
assert(existsSync(`/proc/${held.pid}`), 'a process of the other copy was killed')
await held.stop()

const error = await b.process.spawn(['/nonexistent']).catch((reason) => reason)
assert(error instanceof a.core.CofferdamError && error instanceof b.core.CofferdamError)
assert(a.core.isErrno(error, 'ENOENT'))
