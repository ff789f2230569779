import { requires } from '@cofferdam/testing'
import { encodePlan, launch, preparePlan, type LaunchPlan } from '../../src/index.js'
import { OP } from '../../src/plan/codes.js'
import { namespaced, PATH, uniqueSleep } from './support.js'

const plan: LaunchPlan = {
  clone: namespaced(['mount', 'uts']),
  ops: [{ op: 'hostname', name: 'named' }, { op: 'mask', paths: ['/nowhere'] }, { op: 'lookup' }],
  exec: { args: ['sleep', uniqueSleep()], env: ['A=1'], search: PATH },
}
const { bytes } = encodePlan(plan)
const opsAt = bytes.readUInt32LE(40)
const opSize = 56
const execAt = opsAt + 3 * opSize
/** Where op `index` refers to its blob `s`. */
const reference = (index: number, s = 0) => opsAt + index * opSize + 40 + 4 * s
const blobAt = (index: number, s = 0) => bytes.readUInt32LE(reference(index, s))

/** Launches the plan as `damage` leaves it. */
async function launchDamaged(damage: (bytes: Buffer) => Buffer | void): Promise<void> {
  const copy = Buffer.from(bytes)
  const damaged = damage(copy) ?? copy
  const prepared = preparePlan(plan)
  const form = { ...prepared.encode(), bytes: damaged }
  const started = await launch({ ...prepared, encode: () => form, withFds: () => prepared })
  await started.stop()
}

requires({}).describe('a plan', () => {
  it('that is whole is launched', () => launchDamaged(() => {}))
  it.each<[string, string, (bytes: Buffer) => Buffer | void]>([
    ['of another version', 'another version', (b) => void b.writeUInt32LE(99, 4)],
    ['shorter than its header', 'another version', (b) => b.subarray(0, 40)],
    ['that is cut', 'malformed', (b) => b.subarray(0, b.length - 8)],
    ['with ops outside', 'malformed', (b) => void b.writeUInt32LE(b.length - 8, 40)],
    ['with too many ops', 'malformed', (b) => void b.writeUInt32LE(0xffffffff, 44)],
    ['without ops', 'malformed', (b) => void b.writeUInt32LE(0, 44)],
    ['whose last op is no exec', 'malformed', (b) => void b.writeUInt32LE(3, 44)],
    ['with an exec before the end', 'malformed', (b) => void b.copyWithin(opsAt, execAt, execAt + opSize)],
    ['with an unknown op', 'malformed', (b) => void b.writeUInt32LE(999, opsAt)],
    ['with a text outside', 'malformed', (b) => void b.writeUInt32LE(0xfffffff8, reference(0))],
    ['with a text in its header', 'malformed', (b) => void b.writeUInt32LE(8, reference(0))],
    ['with a text that is too long', 'malformed', (b) => void b.writeUInt32LE(0xfffffff0, blobAt(0))],
    ['with a text without an end', 'malformed', (b) => void b.writeUInt8(65, blobAt(0) + 4 + 5)],
    ['with a list without an end', 'malformed', (b) => void b.writeUInt32LE(1 << 20, blobAt(1))],
    ['without a needed text', 'malformed', (b) => void b.writeUInt32LE(0, reference(0))],
    [
      'with a text that the op does not have',
      'malformed',
      (b) => void b.writeUInt32LE(blobAt(0), reference(2)),
    ],
    ['with an array at an odd place', 'malformed', (b) => void b.writeUInt32LE(blobAt(3) + 4, reference(3))],
    ['with an array that is too long', 'malformed', (b) => void b.writeBigUInt64LE(1n << 61n, blobAt(3))],
    ['with more in an array than there is', 'malformed', (b) => void b.writeBigUInt64LE(60n, blobAt(3))],
    ['without arguments', 'malformed', (b) => void b.writeBigUInt64LE(0n, blobAt(3))],
    // The array of the environment begins where the arguments have their pointers.
    ['with arrays over each other', 'malformed', (b) => void b.writeUInt32LE(blobAt(3) + 8, reference(3, 1))],
    ['with a cgroup that was not sent', 'malformed', (b) => void b.writeInt32LE(3, 24)],
    ['that would share memory with the spawner', 'malformed', (b) => void b.writeUInt32LE(0x4000100, 16)],
    // The list of the mask has nine bytes, and an instruction eight.
    [
      'with a part of an instruction',
      'malformed',
      (b) => void b.writeUInt32LE(OP.seccomp as number, opsAt + opSize),
    ],
  ])('%s is refused', async (_name, words, damage) => {
    await expect(launchDamaged(damage)).rejects.toMatchObject({
      code: 'ERR_INVALID_PLAN',
      message: expect.stringContaining(words),
    })
  })
  it('is still launched afterwards', () => launchDamaged(() => {}))
})
