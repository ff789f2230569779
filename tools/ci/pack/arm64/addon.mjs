/** In Node for arm64 under qemu-user: the addon calls the kernel; a start fails where the emulator has no execveat(2). */
import assert from 'node:assert/strict'
import { openSync, readFileSync } from 'node:fs'
import { spawn } from '@cofferdam/process'
import { FS_MAGIC, LOCK, Lane, closeFd, fsType, lock, memfd } from '@cofferdam/sys'

assert.equal(process.arch, 'arm64')
const fd = memfd('arm64', Buffer.from('hello'))
assert.equal(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'hello')
assert(readFileSync('/proc/self/maps', 'utf8').includes('prebuilds/linux-arm64/sys.node'))
const proc = openSync('/proc', 'r')
assert.equal(fsType(proc), FS_MAGIC.PROC)
closeFd(proc)
const lane = new Lane()
await lock(lane, fd, LOCK.EX)
lane.close()
closeFd(fd)
const started = await spawn(['/bin/echo', 'hello']).catch((error) => error)
process.stdout.write(`start: ${started instanceof Error ? started.message : 'ok'}\n`)
