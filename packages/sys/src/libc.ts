import { closeSync, existsSync, openSync, readSync } from 'node:fs'

/** The C library that a program is linked with, as the names of prebuilds tell them apart. */
export type Libc = 'glibc' | 'musl'

const PT_INTERP = 3

/**
 * The C library of a program, by the interpreter that its ELF header asks for (PT_INTERP, elf(5)). Both may be installed
 * on one machine, and an addon for the other one ends the process. Undefined for what asks for none, or is no
 * 64-bit little-endian ELF file. A fraction of the time of `process.report`.
 */
export function libcOf(program: string): Libc | undefined {
  const fd = openSync(program, 'r')
  try {
    const at = (position: number, size: number) => {
      const bytes = Buffer.alloc(size)
      return bytes.subarray(0, readSync(fd, bytes, 0, size, position))
    }
    const header = at(0, 64)
    if (header.length < 64 || header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined
    const [size, count] = [header.readUInt16LE(54), header.readUInt16LE(56)]
    const table = at(Number(header.readBigUInt64LE(32)), size * count)
    for (let entry = 0; entry + 56 <= table.length; entry += size) {
      if (table.readUInt32LE(entry) !== PT_INTERP) continue
      const length = Number(table.readBigUInt64LE(entry + 32))
      const interpreter = at(Number(table.readBigUInt64LE(entry + 8)), Math.min(length, 4096))
      return interpreter.toString('latin1').includes('ld-musl-') ? 'musl' : 'glibc'
    }
    return undefined
  } finally {
    closeSync(fd)
  }
}

let own: Libc | undefined

/** The C library of this process; where its program does not say, glibc if the machine has one. */
export function ownLibc(): Libc {
  if (own !== undefined) return own
  try {
    own = libcOf('/proc/self/exe')
  } catch {
    // No /proc.
  }
  own ??= existsSync(process.arch === 'arm64' ? '/lib/ld-linux-aarch64.so.1' : '/lib64/ld-linux-x86-64.so.2')
    ? 'glibc'
    : 'musl'
  return own
}
