import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  changeLink,
  createNetns,
  netnsSysctls,
  newAddress,
  newLink,
  newRoute,
  transact,
  type Netns,
} from '@cofferdam/netlink'
import { Lane, closeQuietly } from '@cofferdam/sys'

/** What a server tells its client: who it is and whom it sees. */
export type Answer = { readonly name: string; readonly from: string } | string

/** A process inside a namespace that listens and connects as told. */
export class Peer {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #id = 0

  constructor(name: string, netns: number) {
    const program = join(__dirname, 'peer.mjs')
    const enter = `--net=/proc/${process.pid}/fd/${netns}`
    this.#child = spawn('nsenter', [enter, process.execPath, program, name], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const { id, answer } = JSON.parse(line) as { id: number; answer: Answer }
      this.#waiting.get(id)?.(answer)
    })
  }

  #ask(verb: string, options: object): Promise<Answer> {
    const id = this.#id++
    this.#child.stdin!.write(`${JSON.stringify({ id, verb, ...options })}\n`)
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  listen = (port: number, address?: string) => this.#ask('listen', { port, address })
  tcp = (host: string, port: number) => this.#ask('tcp', { host, port })
  udpListen = (port: number) => this.#ask('udpListen', { port })
  udp = (host: string, port: number, source?: number) => this.#ask('udp', { host, port, source })

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    if (this.#child.kill('SIGKILL')) await ended
  }
}

/** Address of the host on the segment it shares with {@link remoteAddress}. */
export const hostAddress = '192.0.2.1'
export const remoteAddress = '192.0.2.2'

/**
 * A host of its own: a namespace that plays the machine, and one that plays another machine on its network. The
 * machine's real namespace is never touched.
 */
export class Lab {
  readonly runDir = mkdtempSync(join(tmpdir(), 'cofferdam-network-'))
  readonly #lane = new Lane()
  readonly #peers: Peer[] = []
  readonly #fds: number[] = []
  host!: Netns
  remote!: Netns

  static async open(options: { forward?: '0' | '1' } = {}): Promise<Lab> {
    const lab = new Lab()
    lab.host = await lab.netns({ 'ipv4/ip_forward': options.forward ?? '0' })
    lab.remote = await lab.netns()
    const { host, remote } = lab
    const uplink = { type: 'veth', peer: { name: 'uplink', netnsFd: remote.fd } } as const
    await transact(lab.#lane, [
      { fd: host.routeFd, messages: [newLink({ name: 'uplink', mtu: 1400, kind: uplink, up: true })] },
      {
        fd: host.routeFd,
        messages: [
          changeLink({ name: 'lo', up: true }),
          newAddress({ index: host.nextIndex, address: hostAddress, prefixLength: 24 }),
        ],
      },
      {
        fd: remote.routeFd,
        messages: [
          changeLink({ name: 'lo', up: true }),
          newAddress({ index: remote.nextIndex, address: remoteAddress, prefixLength: 24 }),
          changeLink({ name: 'uplink', up: true }),
          newRoute({ gateway: hostAddress }),
        ],
      },
      { fd: host.routeFd, messages: [newRoute({ gateway: remoteAddress })] },
    ])
    return lab
  }

  async netns(sysctls: Record<string, string> = {}): Promise<Netns> {
    const netns = await createNetns(this.#lane, { sysctls })
    this.#fds.push(netns.fd, netns.routeFd)
    return netns
  }

  peer(name: string, netns: number | undefined): Peer {
    const peer = new Peer(name, netns!)
    this.#peers.push(peer)
    return peer
  }

  /** Runs a command in the host's namespace, like `ip netns exec`. */
  run(...argv: string[]): string {
    return this.runIn(this.host, ...argv)
  }

  runIn(netns: Netns, ...argv: string[]): string {
    const enter = `--net=/proc/${process.pid}/fd/${netns.fd}`
    const { stdout, stderr, status } = spawnSync('nsenter', [enter, ...argv], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
    return stdout
  }

  sysctl(name: string): Promise<string | undefined> {
    return netnsSysctls(this.#lane, this.host.fd, { [name]: null }).then((values) => values[name])
  }

  /** Everything of the host that networks touch. */
  async state(): Promise<{ links: string[]; ruleset: string; forward: string | undefined }> {
    const links = JSON.parse(this.run('ip', '-j', 'link')) as { ifname: string }[]
    return {
      links: links.map(({ ifname }) => ifname),
      ruleset: this.run('nft', 'list', 'ruleset'),
      forward: await this.sysctl('ipv4/ip_forward'),
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.stop()))
    this.#fds.forEach(closeQuietly)
    this.#lane.close()
    rmSync(this.runDir, { recursive: true, force: true })
  }
}
