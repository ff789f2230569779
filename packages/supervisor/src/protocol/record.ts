import { MONITOR_ABI } from './config.js'

const MAGIC = 0x58454643
/** Bytes of a record. */
export const RECORD_SIZE = 128
const CHECKSUM = 120

/** How far a monitored container has come. */
export type Phase = 'starting' | 'running' | 'exited' | 'failed'
const phases: readonly (Phase | undefined)[] = [undefined, 'starting', 'running', 'exited', 'failed']

/** The content of a monitor's record. */
export interface MonitorRecord {
  readonly phase: Phase
  readonly monitorPid: number
  /** Of the first process; 0 before there is one. */
  readonly pid: number
  /** Wait status, when exited. */
  readonly status: number
  /** errno, when failed. */
  readonly error: number
  /** Nanoseconds since the epoch; 0n: not yet. */
  readonly startedAt: bigint
  readonly endedAt: bigint
  /** Processes the kernel killed for want of memory; undefined where that is not known. */
  readonly oomKills: number | undefined
  readonly maxRssKiB: number
  readonly userUs: number
  readonly systemUs: number
}

/** FNV-1a, 64 bits. */
export function checksum(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash
}

/** `struct record`; undefined for bytes that are none of this version, or were not written to their end. */
export function decodeRecord(bytes: Buffer): MonitorRecord | undefined {
  if (bytes.length !== RECORD_SIZE || bytes.readUInt32LE(0) !== MAGIC) return undefined
  if (bytes.readUInt32LE(4) !== MONITOR_ABI) return undefined
  if (bytes.readBigUInt64LE(CHECKSUM) !== checksum(bytes.subarray(0, CHECKSUM))) return undefined
  const phase = phases[bytes.readUInt32LE(8)]
  if (phase === undefined) return undefined
  const u64 = (at: number) => Number(bytes.readBigUInt64LE(at))
  return {
    phase,
    monitorPid: bytes.readInt32LE(16),
    pid: bytes.readInt32LE(20),
    status: bytes.readInt32LE(24),
    error: bytes.readInt32LE(32),
    startedAt: bytes.readBigUInt64LE(40),
    endedAt: bytes.readBigUInt64LE(48),
    oomKills: (bytes.readUInt32LE(12) & 1) === 0 ? undefined : u64(56),
    maxRssKiB: u64(64),
    userUs: u64(72),
    systemUs: u64(80),
  }
}
