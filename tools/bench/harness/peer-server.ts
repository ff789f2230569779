import { Server } from './server.ts'
import { needRoot, program, type Workshop } from './workshop.ts'

/**
 * What a peer needs of its surroundings, made once in namespaces of its own and so never in a figure.
 * crun refuses hierarchies of both versions at once; runc has no switch for "no control groups", but takes
 * read-only hierarchies for lack of permission when it is told that it is rootless; podman keeps state outside
 * of what its options name, and changes the network namespace in which it runs.
 */
const surroundings = {
  hybrid: { namespaces: ['-m'], script: ':' },
  v1: {
    namespaces: ['-m'],
    script: 'if [ -e /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi',
  },
  readonly: {
    namespaces: ['-m'],
    script: 'for dir in /sys/fs/cgroup/*/; do mount -o remount,bind,ro "$dir" || exit 1; done',
  },
  podman: {
    namespaces: ['-m', '-n'],
    script: [
      'mount -t tmpfs tmpfs /run',
      'mount -t tmpfs tmpfs /dev/shm',
      'mkdir /run/netns',
      'mount -t tmpfs tmpfs /var/lib',
      'mkdir /var/lib/containers',
      'ip link set lo up',
    ].join(' && '),
  },
}

/** Names of the surroundings that {@link peerServer} makes. */
export type Surroundings = keyof typeof surroundings

/** The program that runs peers in the given surroundings and times them, one for all rows of a suite. */
export function peerServer(workshop: Workshop, kind: Surroundings): Promise<Server> {
  return workshop.shared(`peers ${kind}`, async () => {
    needRoot()
    const unshare = await program('unshare')
    const timed = await workshop.compile('timed')
    const { namespaces, script } = surroundings[kind]
    const shell = ['sh', '-c', `${script} && exec "$0"`, timed]
    const server = new Server([unshare, ...namespaces, '--propagation', 'private', ...shell])
    workshop.defer(() => server.close())
    return server
  })
}
