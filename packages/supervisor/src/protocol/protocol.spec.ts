import { encodeConfig } from './config.js'
import { checksum, decodeRecord, RECORD_SIZE } from './record.js'

function record(phase: number, status = 0): Buffer {
  const bytes = Buffer.alloc(RECORD_SIZE)
  bytes.writeUInt32LE(0x58454643, 0)
  bytes.writeUInt32LE(1, 4)
  bytes.writeUInt32LE(phase, 8)
  bytes.writeUInt32LE(1, 12)
  bytes.writeInt32LE(4711, 20)
  bytes.writeInt32LE(status, 24)
  bytes.writeBigUInt64LE(2n, 56)
  bytes.writeBigUInt64LE(checksum(bytes.subarray(0, 120)), 120)
  return bytes
}

describe('the record', () => {
  it('is read', () => {
    expect(decodeRecord(record(3, 7 << 8))).toMatchObject({
      phase: 'exited',
      pid: 4711,
      status: 1792,
      oomKills: 2,
    })
  })

  it('is refused with a byte that differs, cut short, or of another version', () => {
    const changed = record(3)
    changed[24] = 1
    expect(decodeRecord(changed)).toBeUndefined()
    expect(decodeRecord(record(3).subarray(0, 100))).toBeUndefined()
    const other = record(3)
    other.writeUInt32LE(2, 4)
    other.writeBigUInt64LE(checksum(other.subarray(0, 120)), 120)
    expect(decodeRecord(other)).toBeUndefined()
    expect(decodeRecord(record(9))).toBeUndefined()
  })

  it('has the checksum FNV-1a of 64 bits', () => {
    expect(checksum(Buffer.from('foobar')).toString(16)).toBe('85944171f73967e8')
  })
})

it('a configuration names its descriptors by their places', () => {
  const { bytes, fds } = encodeConfig({
    directory: 10,
    log: { directory: 11, number: 3, maxFiles: 5, maxFileSize: 2 ** 33 },
    standard: [undefined, 12, 13],
  })
  expect(fds).toEqual([10, 11, 12, 13])
  const numbers = Array.from({ length: 8 }, (_, i) => bytes.readInt32LE(4 * i))
  expect(numbers).toEqual([1, 3, 0, 1, -1, 2, 3, 5])
  expect(bytes.readBigUInt64LE(40)).toBe(2n ** 33n)
})
