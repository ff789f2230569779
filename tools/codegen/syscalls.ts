/**
 * System call numbers for the seccomp compiler, from the kernel's uapi headers (linux-libc-dev). The output
 * depends only on calls up to Linux 6.1's last number; later ones, which have the same number on every
 * architecture, are listed in `later` and checked against the headers where these are newer.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { Generator } from './generator.ts'

const LAST_FROM_HEADERS = 450
const X32_BIT = 0x40000000

/** Calls newer than Linux 6.1 (scripts/syscall.tbl and the architectures' tables of the kernel). */
const later: Readonly<Record<string, number>> = {
  cachestat: 451,
  fchmodat2: 452,
  map_shadow_stack: 453,
  futex_wake: 454,
  futex_wait: 455,
  futex_requeue: 456,
  statmount: 457,
  listmount: 458,
  lsm_get_self_attr: 459,
  lsm_set_self_attr: 460,
  lsm_list_modules: 461,
  mseal: 462,
  setxattrat: 463,
  getxattrat: 464,
  listxattrat: 465,
  removexattrat: 466,
  open_tree_attr: 467,
  file_getattr: 468,
  file_setattr: 469,
  listns: 470,
  rseq_slice_yield: 471,
}
const laterX86_64: Readonly<Record<string, number>> = { uretprobe: 335, uprobe: 336 }

interface Table {
  readonly architecture: string
  readonly header: readonly string[]
  read(text: string): Map<string, number>
  readonly extra: Readonly<Record<string, number>>
}

const x86 = (name: string) => [
  `/usr/include/x86_64-linux-gnu/asm/${name}.h`,
  `/usr/include/asm/${name}.h`,
  `/usr/x86_64-linux-gnu/include/asm/${name}.h`,
]

const tables: readonly Table[] = [
  { architecture: 'x86_64', header: x86('unistd_64'), read: defines, extra: laterX86_64 },
  { architecture: 'x86', header: x86('unistd_32'), read: defines, extra: {} },
  { architecture: 'x32', header: x86('unistd_x32'), read: defines, extra: laterX86_64 },
  {
    architecture: 'aarch64',
    header: ['/usr/include/asm-generic/unistd.h'],
    read: (text) =>
      generic(text, [
        // What arch/arm64/include/uapi/asm/unistd.h asks of the generic list.
        '__ARCH_WANT_RENAMEAT',
        '__ARCH_WANT_NEW_STAT',
        '__ARCH_WANT_SET_GET_RLIMIT',
        '__ARCH_WANT_TIME32_SYSCALLS',
        '__ARCH_WANT_SYS_CLONE3',
        '__ARCH_WANT_MEMFD_SECRET',
      ]),
    extra: {},
  },
  {
    architecture: 'arm',
    header: [
      '/usr/arm-linux-gnueabihf/include/asm/unistd-eabi.h',
      '/usr/include/arm-linux-gnueabihf/asm/unistd-eabi.h',
    ],
    read: defines,
    // arch/arm/include/uapi/asm/unistd.h: calls private to ARM, from __ARM_NR_BASE on.
    extra: {
      breakpoint: 0xf0001,
      cacheflush: 0xf0002,
      usr26: 0xf0003,
      usr32: 0xf0004,
      set_tls: 0xf0005,
      get_tls: 0xf0006,
    },
  },
]

/** `#define __NR_name number`, in the forms that the kernel's generated headers have. */
function defines(text: string): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const match of text.matchAll(
    /^#define __NR_(\w+)\s+\(?(__X32_SYSCALL_BIT|__NR_SYSCALL_BASE)?[ +]*(\d+)\)?/gm,
  ))
    numbers.set(match[1] as string, Number(match[3]) + (match[2] === '__X32_SYSCALL_BIT' ? X32_BIT : 0))
  return numbers
}

/** asm-generic/unistd.h for a 64-bit architecture that defines `wanted`: its conditionals and `3264` names resolved. */
function generic(text: string, wanted: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>()
  const shared = new Map<string, number>()
  const active: boolean[] = []
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const directive = /^#\s*(ifdef|ifndef|if|else|endif)\b\s*(.*)/.exec(line)
    if (directive !== null) {
      const [, word, condition = ''] = directive
      if (word === 'ifdef') active.push(wanted.includes(condition.split(/\s/)[0] ?? ''))
      else if (word === 'ifndef') active.push(!wanted.includes(condition.split(/\s/)[0] ?? ''))
      else if (word === 'if') active.push(evaluate(condition, wanted))
      else if (word === 'else') active.push(!active.pop())
      else active.pop()
      continue
    }
    if (active.includes(false)) continue
    const own = /^#define __NR_(\w+)\s+(\d+)\s*$/.exec(line)
    if (own !== null) numbers.set(own[1] as string, Number(own[2]))
    const both = /^#define __NR3264_(\w+)\s+(\d+)\s*$/.exec(line)
    if (both !== null) shared.set(both[1] as string, Number(both[2]))
    const alias = /^#define __NR_(\w+)\s+__NR3264_(\w+)\s*$/.exec(line)
    if (alias !== null) numbers.set(alias[1] as string, shared.get(alias[2] as string) as number)
  }
  numbers.delete('syscalls')
  numbers.delete('arch_specific_syscall')
  return numbers
}

function evaluate(condition: string, wanted: readonly string[]): boolean {
  const known = condition
    .replaceAll(/\/\*.*?\*\//g, '')
    .replaceAll(/defined\s*\(?\s*(\w+)\s*\)?/g, (_, name: string) => String(wanted.includes(name)))
    .replaceAll('__BITS_PER_LONG', '64')
  if (!/^[\s\d!=&|()truefals]+$/.test(known))
    throw new Error(`asm-generic/unistd.h: cannot read: #if ${condition}`)
  return Boolean(new Function(`return ${known}`)())
}

function numbersOf(table: Table, text: string): [string, number][] {
  const bit = table.architecture === 'x32' ? X32_BIT : 0
  const expected = new Map(
    Object.entries({ ...later, ...table.extra }).map(([name, number]) => [
      name,
      number < 0xf0000 ? number + bit : number,
    ]),
  )
  for (const [name, number] of table.read(text)) {
    if (number - bit <= LAST_FROM_HEADERS || (bit !== 0 && number - bit >= 512)) {
      expected.set(name, number)
    } else if (expected.has(name) && expected.get(name) !== number) {
      throw new Error(
        `${table.architecture}: ${name} is ${number} in the headers, ${expected.get(name)} in the list`,
      )
    }
  }
  return [...expected].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1))
}

/** The generator, as tools/codegen/main.ts runs it. */
export const syscalls: Generator = {
  name: 'syscalls',
  /** Paths from the repository's root and their text; a table whose header is not installed is left out. */
  outputs(): Promise<ReadonlyMap<string, string>> {
    const files = new Map<string, string>()
    for (const table of tables) {
      const header = table.header.find((path) => existsSync(path))
      if (header === undefined) continue
      const rows = numbersOf(table, readFileSync(header, 'utf8')).map(
        ([name, number]) => `  ${name}: ${number},`,
      )
      const note = 'Generated from the kernel headers by tools/codegen/syscalls.ts: do not edit.'
      files.set(
        `packages/security/src/generated/syscalls-${table.architecture}.ts`,
        `/* ${note} */\nexport const ${table.architecture}: Readonly<Record<string, number>> = {\n${rows.join('\n')}\n}\n`,
      )
    }
    return Promise.resolve(files)
  },
}
