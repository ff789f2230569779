import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

async function output(file: string, ...args: string[]): Promise<string> {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`
  return run(file, args, { env: { ...process.env, PATH: path }, maxBuffer: 1 << 26 }).then(
    ({ stdout }) => stdout,
    () => '',
  )
}

/** This mount namespace's mounts: `mount point type source options` without the ids that change. */
export function mounts(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').slice(3).join(' '))
}

/** Links of this network namespace with their addresses where iproute2 is there, else their names. */
export async function links(): Promise<string[]> {
  interface Link {
    ifname: string
    link_type: string
    address?: string
    master?: string
    addr_info?: { local: string; prefixlen: number }[]
  }
  const text = await output('ip', '-j', 'address')
  if (text === '')
    return readFileSync('/proc/net/dev', 'utf8')
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => line.split(':')[0]!.trim())
  return (JSON.parse(text) as Link[]).map((link) =>
    [
      link.ifname,
      link.link_type,
      link.address,
      link.master,
      ...(link.addr_info ?? []).map((a) => `${a.local}/${a.prefixlen}`),
    ]
      .filter((part) => part !== undefined)
      .join(' '),
  )
}

/** Routes of all tables, like `ip route show table all`; expiring ones left out. */
export async function routes(): Promise<string[]> {
  const text = (await output('ip', 'route', 'show', 'table', 'all')) || ''
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.includes('expires'))
}

/** The nftables ruleset, one line per table and object, with its table in front and counters removed. */
export async function rules(): Promise<string[]> {
  const text = await output('nft', 'list', 'ruleset')
  let table = ''
  return text
    .split('\n')
    .map((line) => line.trim().replace(/packets \d+ bytes \d+/, ''))
    .filter((line) => line !== '' && line !== '}')
    .map((line) => {
      if (line.startsWith('table ')) table = line.replace(' {', '')
      return line.startsWith('table ') ? table : `${table}: ${line}`
    })
}

function folders(root: string, depth: number): string[] {
  if (depth === 0 || !existsSync(root)) return []
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => {
        const path = join(root, entry.name)
        return [path, ...folders(path, depth - 1)]
      })
  } catch {
    return []
  }
}

/** Control groups with `cofferdam` in their path, of every mounted hierarchy. */
export function cgroups(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .flatMap((line) => folders(line.split(' ')[4]!, 6))
    .filter((path) => path.includes('cofferdam'))
}

const watched = [
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/ipv6/conf/all/disable_ipv6',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/conf/all/rp_filter',
  'net/bridge/bridge-nf-call-iptables',
  'net/ipv4/ip_unprivileged_port_start',
  'net/core/somaxconn',
  'kernel/hostname',
  'kernel/core_pattern',
  'kernel/keys/maxkeys',
  'user/max_user_namespaces',
  'vm/overcommit_memory',
]

/** The sysctls that container software likes to change, as `name = value`. */
export function sysctls(): string[] {
  return watched
    .filter((name) => existsSync(`/proc/sys/${name}`))
    .map((name) => `${name} = ${readFileSync(`/proc/sys/${name}`, 'utf8').trim()}`)
}
