import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from '../bundle/bundle.ts'
import { peerServer } from '../harness/peer-server.ts'
import { inProcess, type Pace, type RowSource } from '../harness/row.ts'
import { program, type Workshop } from '../harness/workshop.ts'
import { sleeping } from './engine.ts'
import { podmanSleeping } from './podman.ts'

const exec = ['/bin/true']

function engineExec(name: string, pace: Pace, detached: boolean): RowSource {
  return {
    name,
    open: async (workshop) => {
      const container = await sleeping(workshop, detached)
      return inProcess(name, pace, () => container.exec(exec))
    },
  }
}

/** `exec` of the package engine in a container bound to this process, and in a detached one. */
export const engineExecRows: RowSource[] = [
  engineExec('engine-exec-warm', 'warm', false),
  engineExec('engine-exec-cold', 'cold', false),
  engineExec('engine-exec-detached-warm', 'warm', true),
  engineExec('engine-exec-detached-cold', 'cold', true),
]

/** A container of the suite's configuration that sleeps, started by crun; returns how to call crun on it. */
function crunSleeping(workshop: Workshop): Promise<(...args: string[]) => Promise<number>> {
  return workshop.shared('crun sleeping', async () => {
    const crun = await program('crun')
    const { whole } = await bundle(workshop)
    const directory = join(workshop.directory, 'sleeping')
    await mkdir(directory)
    const config = JSON.parse(await readFile(join(whole, 'config.json'), 'utf8')) as {
      process: { args: string[] }
      root: { path: string }
    }
    config.process.args = ['/bin/sleep', '3600']
    config.root.path = join(whole, config.root.path)
    await writeFile(join(directory, 'config.json'), JSON.stringify(config))
    const server = await peerServer(workshop, 'v1')
    const prefix = [crun, '--root', await workshop.state('crun-exec')]
    const call = (...args: string[]): Promise<number> => server.time([...prefix, ...args].join('\t'))
    const id = `bench-${process.pid}-sleeping`
    workshop.defer(async () => void (await call('delete', '--force', id)))
    await call('run', '--detach', '--bundle', directory, id)
    return (...args) => call('exec', id, ...args)
  })
}

function crunExec(name: string, pace: Pace): RowSource {
  return {
    name,
    open: async (workshop) => {
      const call = await crunSleeping(workshop)
      return { name, unit: 'ms', pace, once: () => call(...exec) }
    },
  }
}

/** `crun exec` and `podman exec`. */
export const peerExecRows: RowSource[] = [
  crunExec('crun-exec-warm', 'warm'),
  crunExec('crun-exec-cold', 'cold'),
  {
    name: 'podman-exec',
    open: async (workshop) => {
      const call = await podmanSleeping(workshop)
      return { name: 'podman-exec', unit: 'ms', pace: 'warm', batch: 1, once: () => call(...exec) }
    },
  },
]
