import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { encodePlan, type LaunchPlan, type Op } from '@cofferdam/process'

const ops: readonly Op[] = [
  { op: 'propagation', mode: 'private', recursive: true },
  { op: 'root', path: '/bundle/rootfs', attrs: { set: 1 } },
  { op: 'fsmount', type: 'proc', source: 'proc', target: '/proc', options: ['hidepid=2', 'ro'] },
  { op: 'bind', source: '/srv', target: '/data', create: 'like-source', recursive: true },
  { op: 'mkdir', path: '/dev/pts', mode: 0o755 },
  { op: 'symlink', path: '/dev/fd', target: '/proc/self/fd' },
  { op: 'mknod', path: '/dev/null', type: 'c', major: 1, minor: 3, mode: 0o666, bindFallback: '/dev/null' },
  { op: 'mask', paths: ['/proc/kcore', '/proc/keys'] },
  { op: 'pivotRoot' },
  { op: 'hostname', name: 'box' },
  { op: 'sysctl', name: 'net/ipv4/ip_forward', value: '0' },
  { op: 'stdio', fds: [0, 1, 1] },
  { op: 'hook', path: '/bin/hook', args: ['hook', 'x'], env: ['A=1'], stdin: '{}', timeout: 1000 },
  { op: 'boundingSet', keep: 3n },
  { op: 'user', uid: 1000, gid: 100, groups: [5, 6] },
  { op: 'capabilities', effective: 1n, permitted: 1n, inheritable: 1n, ambient: 1n },
  { op: 'seccomp', filter: new Uint8Array(16) },
  { op: 'cwd', path: '/work' },
  { op: 'lookup' },
]
const exec = { args: ['sh', '-c', 'id'], env: ['PATH=/bin', 'A=1'], search: ['/bin', '/usr/bin'] }
const own = [{ containerID: 0, hostID: 1000, size: 1 }]
const launchPlans: readonly LaunchPlan[] = [
  { ops, exec },
  { ops: [], exec: { args: ['x'], env: [], path: '/bin/x' } },
  {
    clone: { namespaces: ['user', 'pid'], uidMappings: own, gidMappings: own, setgroups: 'deny' },
    ops,
    exec,
  },
]
const plans = launchPlans.map((plan) => encodePlan(plan).bytes)

/** An archive of GNU tar's, with names and links too long for a header. */
function archive(format: string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'cofferdam-seeds-'))
  try {
    const long = join(directory, 'l'.repeat(90), 'n'.repeat(120))
    mkdirSync(long, { recursive: true })
    writeFileSync(join(long, 'file'), 'hello')
    linkSync(join(long, 'file'), join(directory, 'hard'))
    symlinkSync('t'.repeat(format === 'ustar' ? 90 : 150), join(directory, 'soft'))
    const flags =
      format === 'ustar'
        ? ['--mtime=@7', '--group=7', '--exclude=nnnn*']
        : ['--mtime=1969-12-31 23:59:58.5 UTC', '--group=3000000']
    const from = ['-C', directory, '.', '-C', '/dev', 'null']
    const args = [
      `--format=${format}`,
      '--sort=name',
      '--blocking-factor=1',
      '--owner=0',
      ...flags,
      '-cf',
      '-',
      ...from,
    ]
    return execFileSync('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** A message as fuzz_requests.c takes it: of client 0, the starter, or 1. */
function message(
  client: number,
  type: number,
  more: { payload?: Uint8Array; fds?: number; value?: number; id?: number } = {},
): Buffer {
  const { payload = Buffer.alloc(0), fds = 0, value = 0, id = 7 } = more
  const head = Buffer.alloc(21)
  head.set([client, 0b11, fds])
  head.writeUInt16LE(16 + payload.length, 3)
  head.writeUInt32LE(type, 5)
  head.writeUInt32LE(id, 9)
  head.writeInt32LE(value, 13)
  head.writeUInt32LE(payload.length, 17)
  return Buffer.concat([head, payload])
}

/** struct monitor_config of monitor-protocol.h. */
function config(): Buffer {
  const bytes = Buffer.alloc(48)
  for (const [index, value] of [1, 1, 0, 1, -1, -1, -1, 3].entries()) bytes.writeInt32LE(value, 4 * index)
  bytes.writeBigUInt64LE(1n << 20n, 40)
  return bytes
}

/** A message to layer, see source.c. */
function layerMessage(type: number, ...numbers: bigint[]): Buffer {
  const bytes = Buffer.alloc(32)
  bytes.writeUInt32LE(type)
  for (const [index, value] of numbers.entries()) bytes.writeBigUInt64LE(value, 8 + 8 * index)
  return bytes
}

const prefix = (byte: number, bytes: Uint8Array) => Buffer.concat([Buffer.of(byte), bytes])

/** What a monitor's starter and a client of it say, one message of each type. */
const session = Buffer.concat([
  message(0, 16, { payload: config(), fds: 2 }),
  message(1, 17, { value: 1 }),
  message(0, 18),
  message(1, 21, { fds: 3, value: 7 }),
  message(1, 22),
  message(1, 23, { value: 80 }),
  message(1, 24, { value: 9 }),
  message(0, 19, { fds: 1 }),
  message(0, 20, { fds: 1 }),
  message(0, 1, { payload: plans[1]! }),
  message(1, 2, { payload: plans[1]!, fds: 1 }),
  message(0, 3),
  message(0, 4),
])

/** A spawner's: a launch with a keeper ends while another goes on, and a request names no launch. */
function launches(): Buffer {
  const keeper = Buffer.from(plans[1]!)
  keeper.writeUInt32LE(8, 12)
  return Buffer.concat([
    message(0x40, 1, { payload: keeper, id: 1 }),
    message(0x00, 1, { payload: keeper, id: 2 }),
    message(0x80, 4, { id: 9 }),
    message(0x00, 4, { id: 0 }),
    message(0x00, 1, { payload: plans[1]!, id: 0 }),
  ])
}

/** Fills several slots of layer. */
const zeros = Buffer.alloc(3 << 20)

function seedsOf(target: string): readonly Uint8Array[] {
  const tars = () => ['ustar', 'gnu', 'pax'].map(archive)
  switch (target) {
    case 'plan':
      return plans
    case 'requests':
      return [session, launches()]
    case 'log':
      return [`0102ff030201ff00${'001001'.repeat(40)}`, `05ff0f0101400000${'ffff02'.repeat(9)}`].map((hex) =>
        Buffer.from(hex, 'hex'),
      )
    case 'source':
      return [
        Buffer.concat([
          Buffer.of(0, 16, 0, 9),
          ...[layerMessage(1, 1n << 40n, 1000n, 500n), layerMessage(2, 2000n), layerMessage(3, 4096n)],
        ]),
      ]
    case 'tar':
      return tars().flatMap((tar) => [prefix(0, tar), prefix(1, tar)])
    case 'inflate':
      return [
        ...tars().flatMap((tar) => [prefix(0, gzipSync(tar)), prefix(9, zstdCompressSync(tar))]),
        ...[gzipSync(zeros), zstdCompressSync(zeros)].map((bomb) => prefix(9, bomb)),
        prefix(7, Buffer.concat([gzipSync('a'), gzipSync('b'), Buffer.alloc(8)])),
        prefix(50, Buffer.alloc(600, 'plain')),
      ]
    default:
      return []
  }
}

/** Writes seeds of a target into a directory, which is made: plans, archives and messages as real ones are. */
export function writeSeeds(target: string, directory: string): void {
  mkdirSync(directory, { recursive: true })
  for (const [index, bytes] of seedsOf(target).entries())
    writeFileSync(join(directory, `seed-${index}`), bytes)
}
