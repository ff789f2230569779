import { bundle } from '../bundle/bundle.ts'
import { peerServer } from '../harness/peer-server.ts'
import { program } from '../harness/workshop.ts'
import { Skip, type Pace, type RowSource } from '../harness/row.ts'
import { machine } from '../harness/machine.ts'

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
      const state = await workshop.state(name)
      const kind = command === 'crun' ? 'v1' : cgroups ? 'hybrid' : 'readonly'
      const timed = await peerServer(workshop, kind)
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
