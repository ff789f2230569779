import { CofferdamError } from '@cofferdam/core'
import { aarch64 } from '../generated/syscalls-aarch64.js'
import { arm } from '../generated/syscalls-arm.js'
import { x32 } from '../generated/syscalls-x32.js'
import { x86 } from '../generated/syscalls-x86.js'
import { x86_64 } from '../generated/syscalls-x86_64.js'

/** The architectures this compiler has system call tables for. */
export type ArchitectureName = 'x86_64' | 'x86' | 'x32' | 'aarch64' | 'arm'

/** What the compiler must know of an architecture. */
export interface Architecture {
  readonly name: ArchitectureName
  /** `seccomp_data.arch`: AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number
  /** Numbers of its calls; those of x32 carry bit 30. */
  readonly calls: Readonly<Record<string, number>>
  /** Whether arguments have 64 bits. */
  readonly wide: boolean
  /** First of the numbers outside the ordinary sequence (ARM's private calls), if there are any. */
  readonly privateFrom?: number
}

/** Bit that tells a call of x32 from one of x86_64: both have the same audit architecture. */
export const X32_BIT = 0x40000000

const all: Readonly<Record<ArchitectureName, Architecture>> = {
  x86_64: { name: 'x86_64', audit: 0xc000003e, calls: x86_64, wide: true },
  x86: { name: 'x86', audit: 0x40000003, calls: x86, wide: false },
  // The kernel fills all 64 bits of an x32 argument, and most calls take them whole.
  x32: { name: 'x32', audit: 0xc000003e, calls: x32, wide: true },
  aarch64: { name: 'aarch64', audit: 0xc00000b7, calls: aarch64, wide: true },
  arm: { name: 'arm', audit: 0x40000028, calls: arm, wide: false, privateFrom: 0xf0000 },
}

const fromOci: Readonly<Record<string, ArchitectureName>> = {
  SCMP_ARCH_X86_64: 'x86_64',
  SCMP_ARCH_X86: 'x86',
  SCMP_ARCH_X32: 'x32',
  SCMP_ARCH_AARCH64: 'aarch64',
  SCMP_ARCH_ARM: 'arm',
}

/** Other architectures of the runtime specification: known names, no table here. */
const foreign = new Set(
  [
    'LOONGARCH64',
    'M68K',
    'MIPS',
    'MIPS64',
    'MIPS64N32',
    'MIPSEL',
    'MIPSEL64',
    'MIPSEL64N32',
    'PARISC',
    'PARISC64',
    'PPC',
    'PPC64',
    'PPC64LE',
    'RISCV64',
    'S390',
    'S390X',
    'SH',
    'SHEB',
  ].map((name) => `SCMP_ARCH_${name}`),
)

/** The architectures a profile may name and this compiler compiles, like `SCMP_ARCH_X86_64`. */
export const seccompArchitectures: readonly string[] = Object.keys(fromOci)

/** Table and properties of an architecture. */
export function architecture(name: ArchitectureName): Architecture {
  return all[name]
}

/** The architecture for an OCI name; `null` for one of the specification without a table here, else undefined. */
export function architectureOfOci(name: string): Architecture | null | undefined {
  const known = fromOci[name]
  if (known !== undefined) return all[known]
  return foreign.has(name) ? null : undefined
}

/**
 * Whether any architecture here has a call of this name.
 */
export function isKnownCall(name: string): boolean {
  return Object.values(all).some(({ calls }) => Object.hasOwn(calls, name))
}

/**
 * The architecture of this process.
 * @throws CofferdamError `ERR_SECCOMP_ARCHITECTURE`
 */
export function nativeArchitecture(): ArchitectureName {
  const names: Readonly<Record<string, ArchitectureName>> = {
    x64: 'x86_64',
    ia32: 'x86',
    arm64: 'aarch64',
    arm: 'arm',
  }
  const name = names[process.arch]
  if (name === undefined)
    throw new CofferdamError(
      'ERR_SECCOMP_ARCHITECTURE',
      `seccomp: no system call table for the architecture ${process.arch}`,
      { hint: `there are tables for ${Object.keys(all).join(', ')}` },
    )
  return name
}
