import { open } from 'node:fs/promises'
import { CofferdamError } from '@cofferdam/core'
import { FS_MAGIC, dupFd, closeQuietly, fsType } from '@cofferdam/sys'
import { containerFiles, hostResolvConf } from '../files/files.js'
import type { ContainerFiles, Network } from '../types.js'
import { plainNetwork } from './plain.js'

/** Whose namespace to join. */
export type JoinTarget =
  /** A file of a namespace, like `/run/netns/blue` or `/proc/4711/ns/net`. */
  | { readonly path: string; readonly files?: ContainerFiles }
  /** An open namespace, like another attachment's, and the files of the container that it belongs to. */
  | { readonly netns: number; readonly files?: ContainerFiles }

/**
 * The network of something that exists: another container (`container:ID`) or a namespace's file (`ns:PATH`).
 * @throws CofferdamError at `attach`: `ERR_NOT_A_NAMESPACE`
 */
export function join(target: JoinTarget): Network {
  return plainNetwork({
    name: 'path' in target ? `ns:${target.path}` : 'container',
    driver: 'join',
    connect: async (options) => {
      const files = target.files ?? containerFiles(options, await hostResolvConf())
      let netns: number
      if ('path' in target) {
        await using file = await open(target.path, 'r')
        netns = dupFd(file.fd)
      } else {
        netns = dupFd(target.netns)
      }
      if (fsType(netns) !== FS_MAGIC.NSFS) {
        closeQuietly(netns)
        const path = 'path' in target ? target.path : `fd ${target.netns}`
        throw new CofferdamError('ERR_NOT_A_NAMESPACE', `${path} is no namespace`, { path })
      }
      return { netns, files, close: () => closeQuietly(netns) }
    },
  })
}
