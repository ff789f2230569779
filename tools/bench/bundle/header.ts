import { readFileSync } from 'node:fs'
import type { Config } from './config.ts'

const namespaceFlags: Record<string, string> = {
  pid: 'CLONE_NEWPID',
  network: 'CLONE_NEWNET',
  ipc: 'CLONE_NEWIPC',
  uts: 'CLONE_NEWUTS',
  mount: 'CLONE_NEWNS',
  cgroup: 'CLONE_NEWCGROUP',
}

const attributes: Record<string, string> = {
  nosuid: 'MOUNT_ATTR_NOSUID',
  nodev: 'MOUNT_ATTR_NODEV',
  noexec: 'MOUNT_ATTR_NOEXEC',
  ro: 'MOUNT_ATTR_RDONLY',
  strictatime: 'MOUNT_ATTR_STRICTATIME',
}

/** The devices and links that config-linux.md, "Default Devices", asks for in every container. */
const devices: [string, number, number][] = [
  ['null', 1, 3],
  ['zero', 1, 5],
  ['full', 1, 7],
  ['random', 1, 8],
  ['urandom', 1, 9],
  ['tty', 5, 0],
]
const links: [string, string][] = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
  ['ptmx', 'pts/ptmx'],
]

const text = (value: string): string => JSON.stringify(value)

function known(table: Record<string, string>, name: string): string {
  const value = table[name]
  if (value === undefined) throw new Error(`limit-container knows no ${name}`)
  return value
}

const list = (type: string, name: string, items: string[]): string =>
  `static ${type} ${name}[] = {\n${items.map((item) => `\t${item},\n`).join('')}};\n`

function mount({ destination, type, options }: Config['mounts'][number]): string {
  const flags = options.filter((option) => option in attributes).map((option) => known(attributes, option))
  const data = options.filter((option) => !(option in attributes))
  const pairs = data.map((option) => {
    const [key = '', value] = option.split('=', 2)
    return `{ ${text(key)}, ${value === undefined ? 'NULL' : text(value)} }`
  })
  const table =
    pairs.length === 0 ? 'NULL' : `(const struct option[]){ ${[...pairs, '{ NULL, NULL }'].join(', ')} }`
  return `{ ${text(type)}, ${text(destination.replace(/^\/+/, ''))}, ${flags.join(' | ') || '0'}, ${table} }`
}

/** Bits of a capability set, by the numbers in linux/capability.h. */
export function capabilityBits(
  names: readonly string[],
  source = readFileSync('/usr/include/linux/capability.h', 'utf8'),
): bigint {
  return names.reduce((bits, name) => {
    const number = new RegExp(`^#define ${name}\\s+(\\d+)$`, 'm').exec(source)?.[1]
    if (number === undefined) throw new Error(`linux/capability.h has no ${name}`)
    return bits | (1n << BigInt(number))
  }, 0n)
}

/** bundle.h for native/limit-container.c: the configuration as tables. */
export function header(config: Config): string {
  const { process, linux } = config
  return [
    `static const unsigned long long namespaces = ${linux.namespaces
      .map(({ type }) => known(namespaceFlags, type))
      .join(' | ')};\n`,
    `static const unsigned long long capabilities = ${capabilityBits(process.capabilities.bounding)}ull;\n`,
    `static const char hostname[] = ${text(config.hostname)};\n`,
    `static const char cwd[] = ${text(process.cwd)};\n`,
    list('const char *const', 'args', [...process.args.map(text), 'NULL']),
    list('const char *const', 'env', [...process.env.map(text), 'NULL']),
    list('const char *const', 'masked_paths', linux.maskedPaths.map(text)),
    list('const char *const', 'readonly_paths', linux.readonlyPaths.map(text)),
    list('const struct mount_point', 'mounts', config.mounts.map(mount)),
    list(
      'const struct limit',
      'limits',
      process.rlimits.map(({ type, soft, hard }) => `{ ${type}, { ${soft}, ${hard} } }`),
    ),
    list(
      'const struct node',
      'nodes',
      devices.map(([name, major, minor]) => `{ "dev/${name}", S_IFCHR | 0666, ${major}, ${minor} }`),
    ),
    list(
      'const struct link',
      'links',
      links.map(([name, target]) => `{ "dev/${name}", ${text(target)} }`),
    ),
  ].join('')
}
