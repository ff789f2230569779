import { errorMessage } from '@cofferdam/core'
import { Lane } from '@cofferdam/sys'
import { closeQuietly } from '@cofferdam/sys'
import { createNetns } from '@cofferdam/netlink'
import type { Check } from './check.js'
import { readKernelFile } from './kernel.js'

/** A network namespace can be made and spoken to. */
export async function checkFirewall(): Promise<Check> {
  using lane = new Lane()
  try {
    const netns = await createNetns(lane, {})
    closeQuietly(netns.routeFd)
    closeQuietly(netns.fd)
    return {
      name: 'networking',
      ok: true,
      required: true,
      detail: 'a network namespace was made; links and rules go by netlink',
    }
  } catch (error) {
    return {
      name: 'networking',
      ok: false,
      required: true,
      detail: errorMessage(error),
      fix: 'run as root with CAP_NET_ADMIN and CAP_SYS_ADMIN',
    }
  }
}

/** Whether packets are forwarded already; the bridge network turns it on, for its own packets only. */
export function checkForwarding(value = readKernelFile('/proc/sys/net/ipv4/ip_forward')): Check {
  return {
    name: 'forwarding',
    ok: value !== undefined,
    required: false,
    detail:
      value === undefined
        ? 'unknown'
        : value.trim() === '1'
          ? 'on'
          : 'off: turned on while a bridge network is in use',
    fix: 'mount /proc',
  }
}
