import { readFile } from 'node:fs/promises'
import type { AttachOptions, ContainerFiles } from '../types.js'
import { containerHosts } from './hosts.js'
import { containerResolvConf, hasReachableServer } from './resolv.js'

/** The host's resolv.conf; behind systemd-resolved's stub the list that the stub asks. */
export async function hostResolvConf(): Promise<string> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  const host = await read('/etc/resolv.conf')
  if (hasReachableServer(host)) return host
  return (await read('/run/systemd/resolve/resolv.conf')) || host
}

/** The hostname a container gets: asked for, or the first 12 characters of its id. */
export function hostnameOf(options: AttachOptions): string {
  return options.hostname ?? options.containerId.slice(0, 12)
}

/** The three files of a container with a network of its own. */
export function containerFiles(options: AttachOptions, resolvConf: string, address?: string): ContainerFiles {
  const hostname = hostnameOf(options)
  return {
    hostname: `${hostname}\n`,
    hosts: containerHosts({ hostname, address, extra: options.extraHosts }),
    resolvConf: containerResolvConf(resolvConf, options.dns),
  }
}
