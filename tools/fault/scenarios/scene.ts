import type { Engine, StartOptions } from '@cofferdam/engine'

/** What a scenario has. */
export interface Scene {
  readonly engine: Engine
  readonly root: string
  /** `HOST:PORT` of a registry that has {@link pulled}. */
  readonly registry: string
  /** Directory that containers have as `/vol`. */
  readonly volume: string
}

/** Prepares without faults and returns what is done with them. */
export type Scenario = (scene: Scene) => Promise<() => Promise<unknown>>

/** The image that is in the store of every root but that of a pull. */
export const stored = 'fault.test/app:1'

/** The same with more layers than mount without mount(2) before Linux 6.8. */
export const manyLayers = 'fault.test/layers:1'

/** Name of the image in the registry. */
export const pulled = 'app:1'

/** Host port that the container publishes. */
export const port = 18_080

/** The exit code of {@link service} when it is asked to stop. */
export const askedToStop = 7

/** Counts aloud, one line each 50 ms, and notes in `/vol/count` what it has said; says bye when asked to stop. */
export const service = `trap "echo bye; exit ${askedToStop}" TERM
i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; echo $i >> /vol/count; sleep 0.05; done`

/** A container with all that can be left behind: network, published port, limits, volume, log. */
export function options({ volume }: Scene): StartOptions {
  return {
    command: ['sh', '-c', service],
    name: 'service',
    ports: [`${port}:80`],
    limits: { memory: '64MiB', pids: 64 },
    volumes: { '/vol': volume },
    autoRemove: false,
  }
}
