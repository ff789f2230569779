import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { AttachOptions, ContainerFiles } from '../types.js'
import { containerHosts } from './hosts.js'
import { containerResolvConf, hasReachableServer } from './resolv.js'

const hostFile = '/etc/resolv.conf'
const resolvedFile = '/run/systemd/resolve/resolv.conf'

let cached: { readonly version: string; readonly text: string } | undefined

/** Changes with the files: two stat(2) cost microseconds, reading them four turns through the thread pool. */
function version(): string {
  return [hostFile, resolvedFile]
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat === undefined ? '' : `${stat.ino}/${stat.mtimeMs}/${stat.size}`
    })
    .join()
}

/** The host's resolv.conf; behind systemd-resolved's stub the list that the stub asks. */
export async function hostResolvConf(): Promise<string> {
  const now = version()
  if (cached?.version === now) return cached.text
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  const host = await read(hostFile)
  const text = hasReachableServer(host) ? host : (await read(resolvedFile)) || host
  cached = { version: now, text }
  return text
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
