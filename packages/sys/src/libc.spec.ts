import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { libcOf, ownLibc } from './libc.js'

/** An ELF file of a header and one program header, behind which `interpreter` lies. */
function program(interpreter: string, type = 3): Buffer {
  const bytes = Buffer.alloc(64 + 56)
  bytes.write('\x7fELF\x02\x01', 'latin1')
  bytes.writeBigUInt64LE(64n, 32)
  bytes.writeUInt16LE(56, 54)
  bytes.writeUInt16LE(1, 56)
  bytes.writeUInt32LE(type, 64)
  bytes.writeBigUInt64LE(120n, 64 + 8)
  bytes.writeBigUInt64LE(BigInt(interpreter.length + 1), 64 + 32)
  return Buffer.concat([bytes, Buffer.from(`${interpreter}\0`)])
}

test.each([
  ['glibc', program('/lib64/ld-linux-x86-64.so.2')],
  ['glibc', program('/lib/ld-linux-aarch64.so.1')],
  ['musl', program('/lib/ld-musl-x86_64.so.1')],
  [undefined, program('', 1)],
  [undefined, Buffer.from('#!/bin/sh\n')],
  [undefined, Buffer.alloc(0)],
])('the C library of a program is the one its interpreter belongs to: %s', (libc, bytes) => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-libc-'))
  try {
    writeFileSync(join(folder, 'program'), bytes)
    expect(libcOf(join(folder, 'program'))).toBe(libc)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const linux = process.platform === 'linux' ? test : test.skip
linux('this process is told as its own report tells it', () => {
  const { glibcVersionRuntime } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } })
    .header
  expect(ownLibc()).toBe(glibcVersionRuntime === undefined ? 'musl' : 'glibc')
})
