import { readFile } from 'node:fs/promises'
import { hostname as hostHostname } from 'node:os'
import { CofferdamError } from '@cofferdam/core'
import { changeLink, createNetns, transact } from '@cofferdam/netlink'
import { Lane, closeQuietly } from '@cofferdam/sys'
import { checkAttachOptions } from '../check.js'
import { containerFiles, hostResolvConf } from '../files/files.js'
import type { AttachOptions, Attachment, Network } from '../types.js'

/** What the three drivers without links differ in. */
export interface PlainDriver {
  readonly name: string
  readonly driver: Network['driver']
  readonly connect: (options: AttachOptions) => Promise<{
    readonly netns: number | undefined
    readonly files: Attachment['files']
    readonly close?: () => void
  }>
}

/** A network without links of its own. */
export function plainNetwork({ name, driver, connect }: PlainDriver): Network {
  const attached = new Set<Attachment>()
  const close = async (): Promise<void> => {
    await Promise.all([...attached].map((one) => one.detach()))
  }
  return {
    name,
    driver,
    prepare: async () => [],
    sweep: async () => ({ addresses: [], ports: 0 }),
    idle: async () => {},
    close,
    [Symbol.asyncDispose]: close,
    attach: async (options) => {
      if (checkAttachOptions(options).length > 0) {
        throw new CofferdamError('ERR_INVALID_PORT', `network ${name} cannot publish ports`, {
          hint: driver === 'host' ? "the container's ports are the host's already" : 'use a bridge network',
        })
      }
      options.signal?.throwIfAborted()
      const made = await connect(options)
      const handOver = (): void => {
        if (attached.delete(attachment)) made.close?.()
      }
      const detach = async (): Promise<void> => handOver()
      const attachment: Attachment = {
        network: name,
        containerId: options.containerId,
        netns: made.netns,
        ports: [],
        portFds: [],
        files: made.files,
        detach,
        handOver,
        [Symbol.asyncDispose]: detach,
      }
      attached.add(attachment)
      return attachment
    },
  }
}

/** The host's own network: no namespace, the host's names. */
export function host(): Network {
  return plainNetwork({
    name: 'host',
    driver: 'host',
    connect: async (options) => ({
      netns: undefined,
      files: {
        hostname: `${options.hostname ?? hostHostname()}\n`,
        hosts: await readFile('/etc/hosts', 'utf8').catch(() => '127.0.0.1\tlocalhost\n'),
        resolvConf: await readFile('/etc/resolv.conf', 'utf8').catch(() => ''),
      },
    }),
  })
}

/** A namespace with nothing but its loopback, like `docker run --network none`. */
export function none(): Network {
  return plainNetwork({
    name: 'none',
    driver: 'none',
    connect: async (options) => {
      using lane = new Lane()
      const netns = await createNetns(lane, options.sysctls === undefined ? {} : { sysctls: options.sysctls })
      try {
        await transact(lane, [{ fd: netns.routeFd, messages: [changeLink({ name: 'lo', up: true })] }])
      } catch (error) {
        closeQuietly(netns.fd)
        throw error
      } finally {
        closeQuietly(netns.routeFd)
      }
      return {
        netns: netns.fd,
        files: containerFiles(options, await hostResolvConf()),
        close: () => closeQuietly(netns.fd),
      }
    },
  })
}
