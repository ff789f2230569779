import type { Features } from '@cofferdam/oci-spec'
import {
  capabilityNames,
  seccompActions,
  seccompArchitectures,
  seccompFlags,
  seccompOperators,
} from '@cofferdam/security'
import { mountOptionNames } from '@cofferdam/rootfs'

/** What this runtime can do, whatever the host (runtime-spec features.md). */
export function features(): Features {
  const unsupported = new Set(['idmap', 'ridmap', 'tmpcopyup'])
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: '1.3.0',
    hooks: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
    mountOptions: mountOptionNames.filter((name) => !unsupported.has(name)),
    linux: {
      namespaces: ['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts'],
      capabilities: [...capabilityNames],
      cgroup: { v1: true, v2: true, systemd: false, systemdUser: false, rdma: true },
      seccomp: {
        enabled: true,
        actions: names(seccompActions),
        operators: names(seccompOperators),
        archs: names(seccompArchitectures),
        knownFlags: names(seccompFlags),
        supportedFlags: names(seccompFlags),
      },
      apparmor: { enabled: true },
      selinux: { enabled: true },
      intelRdt: { enabled: false },
      mountExtensions: { idmap: { enabled: false } },
      netDevices: { enabled: false },
    },
  }
}

function names<T extends string>(table: unknown): T[] {
  return (Array.isArray(table) ? table : Object.keys(table as object)) as T[]
}
