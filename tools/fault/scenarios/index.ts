import { type Container, Engine, logLine, type StartOptions } from '@cofferdam/engine'
import { eventually } from '@cofferdam/testing'
import { findVictims, processes } from '../child/processes.ts'
import { manyLayers, options, pulled, type Scenario, type Scene, service, stored } from './scene.ts'
import type { Verb } from './verbs.ts'

/** A command in the container that works a little and fails with 3. */
const command = ['sh', '-c', 'echo begun; sleep 0.05; exit 3']

/** A container that counts, attached or with a monitor. */
function counting(scene: Scene, detach: boolean): Promise<Container> {
  const all: StartOptions = { ...options(scene), detach, ready: logLine(/^line 1$/) }
  return scene.engine.start(stored, all)
}

const run =
  (image: string): Scenario =>
  async (scene) => {
    const { command: _, name: __, ...rest } = options(scene)
    return () => scene.engine.run(image, command, { ...rest, reject: false })
  }

/** Ends in its first life, and serves in its second. */
const restart =
  (image: string): Scenario =>
  async (scene) => {
    const command = ['sh', '-c', `[ -e /begun ] || { touch /begun; exit; }\n${service}`]
    const container = await scene.engine.start(image, { ...options(scene), command, detach: true })
    await container.finished()
    return () => scene.engine.restart(container.id)
  }

/** What each verb needs and does. */
export const scenarios: Readonly<Record<Verb, Scenario>> = {
  pull: async ({ engine, registry }) => {
    return () => engine.pull(`${registry}/${pulled}`)
  },
  run: run(stored),
  'run-legacy': run(manyLayers),
  start: async (scene) => {
    return () => scene.engine.start(stored, options(scene))
  },
  'start-detached': async (scene) => {
    return () => scene.engine.start(stored, { ...options(scene), detach: true })
  },
  restart: restart(stored),
  'restart-legacy': restart(manyLayers),
  exec: async (scene) => {
    const container = await counting(scene, false)
    return () => container.exec(command, { reject: false })
  },
  'exec-detached': async (scene) => {
    const container = await counting(scene, true)
    return () => container.exec(command, { reject: false })
  },
  stop: async (scene) => {
    const container = await counting(scene, false)
    return () => container.stop()
  },
  'stop-detached': async (scene) => {
    const container = await counting(scene, true)
    return () => container.stop()
  },
  delete: async (scene) => {
    const container = await counting(scene, false)
    await container.stop({ timeout: 0 })
    return () => container.remove()
  },
  'delete-running': async (scene) => {
    const container = await counting(scene, true)
    return () => container.remove({ force: true })
  },
  open: async (scene) => {
    await counting(scene, true)
    const { monitor = 0, init = 0 } = Object.fromEntries(findVictims(process.pid))
    process.kill(monitor, 'SIGKILL')
    await eventually(() => !processes().some(({ pid }) => pid === monitor || pid === init))
    return async () => {
      await using engine = await Engine.open({ root: scene.root })
      void engine
    }
  },
  close: async (scene) => {
    await counting(scene, false)
    return () => scene.engine.close()
  },
}
