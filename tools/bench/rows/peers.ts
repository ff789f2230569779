import { bundle } from '../bundle/bundle.ts'
import { Server } from '../harness/server.ts'
import { needRoot, program, type Workshop } from '../harness/workshop.ts'
import { Skip, type Pace, type RowSource } from '../harness/row.ts'
import { machine } from '../harness/machine.ts'

/**
 * What a peer needs of its surroundings, made once in a mount namespace of its own and so never in a figure.
 * crun refuses hierarchies of both versions at once; runc has no switch for "no control groups", but takes
 * read-only hierarchies for lack of permission when it is told that it is rootless.
 */
const surroundings = {
  hybrid: ':',
  v1: 'if [ -e /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi',
  readonly: 'for dir in /sys/fs/cgroup/*/; do mount -o remount,bind,ro "$dir" || exit 1; done',
}

/** The server that runs peers in the given surroundings, shared by the rows of a suite. */
function server(workshop: Workshop, kind: keyof typeof surroundings): Promise<Server> {
  return workshop.shared(`peers ${kind}`, async () => {
    needRoot()
    const unshare = await program('unshare')
    const timed = await workshop.compile('timed')
    const script = `${surroundings[kind]} && exec "$0"`
    const started = new Server([unshare, '-m', '--propagation', 'private', 'sh', '-c', script, timed])
    workshop.defer(() => started.close())
    return started
  })
}

interface Peer {
  command: 'runc' | 'crun'
  name: string
  pace: Pace
  cgroups: boolean
}

function global({ command, cgroups }: Peer, state: string): string[] {
  const root = ['--root', state]
  if (cgroups) return root
  return command === 'crun' ? [...root, '--cgroup-manager=disabled'] : [...root, '--rootless=true']
}

function peer(row: Peer): RowSource {
  const { command, name, pace, cgroups } = row
  return {
    name,
    open: async (workshop) => {
      const path = await program(command)
      if (command === 'runc' && !cgroups && (await machine()).cgroups === 'v2')
        throw new Skip('runc cannot be kept from cgroup v2')
      const { whole, noCgroup } = await bundle(workshop)
      const state = await workshop.path('state', name)
      const kind = command === 'crun' ? 'v1' : cgroups ? 'hybrid' : 'readonly'
      const timed = await server(workshop, kind)
      let count = 0
      const argv = (): string[] => [
        path,
        ...global(row, state),
        'run',
        '--bundle',
        cgroups ? whole : noCgroup,
        `bench-${process.pid}-${name}-${count++}`,
      ]
      return { name, unit: 'ms', pace, once: () => timed.time(argv().join('\t')) }
    },
  }
}

/** `runc run` and `crun run` of the same bundle, without and with control groups. */
export const peers: RowSource[] = (['crun', 'runc'] as const).flatMap((command) => [
  peer({ command, name: `${command}-run-nocgroup`, pace: 'warm', cgroups: false }),
  peer({ command, name: `${command}-run-warm`, pace: 'warm', cgroups: true }),
  peer({ command, name: `${command}-run-cold`, pace: 'cold', cgroups: true }),
])
