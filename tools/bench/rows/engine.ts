import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Container, Engine } from '@cofferdam/engine'
import { buildImage, parseReference } from '@cofferdam/image'
import { RegistryClient } from '@cofferdam/registry'
import { startRegistry } from '@cofferdam/testing'
import { bundle } from '../bundle/bundle.ts'
import { inProcess, type Pace, type RowSource } from '../harness/row.ts'
import { needRoot, program, type Workshop } from '../harness/workshop.ts'
import { asked } from './podman.ts'

const options = { limits: { memory: asked.memoryBytes, pids: asked.pidsLimit }, network: 'bridge' } as const

interface Ready {
  engine: Engine
  image: string
}

/** An engine with the image, which came from a registry on loopback, as images do. */
export function ready(workshop: Workshop): Promise<Ready> {
  return workshop.shared('engine', async () => {
    needRoot()
    await program('docker-registry')
    const { rootfs } = await bundle(workshop)
    const registry = await startRegistry()
    workshop.defer(() => registry.stop())
    const image = `${registry.host}/bench:1`
    const reference = parseReference(image)
    await using client = new RegistryClient()
    await buildImage(client.repository(reference), { layers: [{ directory: rootfs }], config: {}, reference })
    const engine = await Engine.open({ root: await workshop.state('engine') })
    workshop.defer(() => engine.close())
    await engine.pull(image)
    return { engine, image }
  })
}

/** One `run` of the rows' container. */
export async function engineRuns(workshop: Workshop): Promise<() => Promise<void>> {
  const { engine, image } = await ready(workshop)
  return async () => {
    await engine.run(image, asked.command, options)
  }
}

function row(name: string, pace: Pace): RowSource {
  return {
    name,
    open: async (workshop) => inProcess(name, pace, await engineRuns(workshop)),
  }
}

/** A container of the rows' image that sleeps, for as long as the suite runs. */
export function sleeping(workshop: Workshop, detached: boolean): Promise<Container> {
  return workshop.shared(`sleeping ${detached}`, async () => {
    const { engine, image } = await ready(workshop)
    const container = await engine.start(image, { ...options, command: asked.sleep, detach: detached })
    workshop.defer(() => container.remove({ force: true }))
    return container
  })
}

function detachedRow(name: string, pace: Pace): RowSource {
  return {
    name,
    open: async (workshop) => {
      const { engine, image } = await ready(workshop)
      const once = async (): Promise<number> => {
        const begin = performance.now()
        const container = await engine.start(image, { ...options, command: asked.sleep, detach: true })
        const time = performance.now() - begin
        await container.remove({ force: true })
        return time
      }
      return { name, unit: 'ms', pace, warmUp: 50, once }
    },
  }
}

/** `start` of a container that outlives this process, until it runs; its removal is not in the figure. */
export const engineDetachedRows: RowSource[] = [
  detachedRow('engine-run-detached-warm', 'warm'),
  detachedRow('engine-run-detached-cold', 'cold'),
]

/** `run` of the package engine, in this process: overlay, bridge network, limits; what `podman-run` does. */
export const engineRows: RowSource[] = [row('engine-run-warm', 'warm'), row('engine-run-cold', 'cold')]

/** The configuration that the engine gives the runtime for a container of its rows that sleeps. */
export async function engineConfig(workshop: Workshop): Promise<unknown> {
  const { engine, image } = await ready(workshop)
  await using container = await engine.start(image, { ...options, command: asked.sleep })
  const state = await readFile(join(engine.roots.run, 'runtime', container.id, 'state.json'), 'utf8')
  return (JSON.parse(state) as { spec: unknown }).spec
}
