import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundle } from '../bundle/bundle.ts'
import { removeCgroups } from '../harness/cgroup.ts'
import { peerServer } from '../harness/peer-server.ts'
import type { RowSource } from '../harness/row.ts'
import { program, type Workshop } from '../harness/workshop.ts'

const run = promisify(execFile)
const image = 'localhost/bench:1'
const parent = `/bench-${process.pid}`

/** What both podman and the engine are asked for: the same image, limits, network and command. */
export const asked = {
  memoryBytes: 64 << 20,
  pidsLimit: 32,
  command: ['/bin/true'],
  /** Where the container's configuration is looked at while it runs. */
  sleep: ['/bin/sleep', '3600'],
}

/** The bundle's root as a tar archive, from which podman and the engine import their image. */
export function rootTar(workshop: Workshop): Promise<string> {
  return workshop.shared('root.tar', async () => {
    const { rootfs } = await bundle(workshop)
    const tar = join(workshop.directory, 'root.tar')
    await run('tar', ['-C', rootfs, '--numeric-owner', '-cf', tar, '.'])
    return tar
  })
}

/** Options that podman needs on a machine without systemd, whose hierarchies crun refuses, with bounded rlimits. */
async function globals(): Promise<string[]> {
  const options = ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file', '--storage-driver', 'overlay']
  return [await program('podman'), '--runtime', 'runc', ...options]
}

const options = [
  ...['--network', 'bridge', '--log-driver', 'k8s-file', '--cgroup-parent', parent],
  ...['--ulimit', 'nofile=20000:20000', '--ulimit', 'nproc=10000:10000'],
  ...['--memory', String(asked.memoryBytes), '--pids-limit', String(asked.pidsLimit)],
]

/** The server in which podman has the image; the first row that asks makes it. */
function podman(workshop: Workshop): Promise<(...args: string[]) => Promise<number>> {
  return workshop.shared('podman', async () => {
    const prefix = await globals()
    for (const needed of ['runc', 'iptables', 'ip']) await program(needed)
    workshop.defer(() => removeCgroups(parent))
    const server = await peerServer(workshop, 'podman')
    const command = (...args: string[]): Promise<number> => server.time([...prefix, ...args].join('\t'))
    await command('import', '-q', await rootTar(workshop), image)
    return command
  })
}

/** `podman run --rm` with overlay, bridge network and control groups. */
export const podmanRun: RowSource = {
  name: 'podman-run',
  open: async (workshop) => {
    const command = await podman(workshop)
    return {
      name: 'podman-run',
      unit: 'ms',
      pace: 'warm',
      batch: 1,
      once: () => command('run', '--rm', ...options, image, ...asked.command),
    }
  },
}

/** `podman run --detach`, until it returns; the removal is not in the figure. */
export const podmanRunDetached: RowSource = {
  name: 'podman-run-detached',
  open: async (workshop) => {
    const command = await podman(workshop)
    const name = `detached-${process.pid}`
    return {
      name: 'podman-run-detached',
      unit: 'ms',
      pace: 'warm',
      batch: 1,
      once: async () => {
        const time = await command('run', '--detach', '--name', name, ...options, image, ...asked.sleep)
        await command('rm', '--force', '--time', '0', name)
        return time
      },
    }
  },
}

/** A container that sleeps, for as long as the suite runs; returns how to execute in it. */
export function podmanSleeping(workshop: Workshop): Promise<(...args: string[]) => Promise<number>> {
  return workshop.shared('podman sleeping', async () => {
    const command = await podman(workshop)
    const name = `sleeping-${process.pid}`
    await command('run', '--detach', '--name', name, ...options, image, '/bin/sleep', '3600')
    workshop.defer(async () => void (await command('rm', '--force', '--time', '0', name)))
    return (...args) => command('exec', name, ...args)
  })
}

/** The config.json that podman gives runc for a container as that of the row, but one that sleeps. */
export async function podmanConfig(workshop: Workshop): Promise<unknown> {
  const command = await podman(workshop)
  const [file, name] = [join(workshop.directory, 'podman-config.json'), `config-${process.pid}`]
  await command('create', '--name', name, ...options, image, ...asked.sleep)
  await command('init', name)
  const server = await peerServer(workshop, 'podman')
  const script = `cat /var/lib/containers/storage/overlay-containers/*/userdata/config.json > ${file}`
  await server.time(['sh', '-c', script].join('\t'))
  await command('rm', '-f', name)
  return JSON.parse(await readFile(file, 'utf8')) as unknown
}
