import { limitCContainer } from '../rows/limits.ts'
import { peers } from '../rows/peers.ts'
import { podmanRun } from '../rows/podman.ts'
import { runtimeRows } from '../rows/runtime.ts'
import { rowSuite } from './suite.ts'

/** Running /bin/true in the container of bundle/config.json. */
export const start = rowSuite(
  'start',
  [limitCContainer, ...runtimeRows, ...peers, podmanRun],
  [
    { ours: 'runtime-run', peer: 'limit-c-container', max: 1.5 },
    { ours: 'runtime-run', peer: 'crun-run-nocgroup', max: 0.4 },
    { ours: 'runtime-run-cgroups-warm', peer: 'crun-run-warm', max: 0.2 },
    { ours: 'runtime-run-cgroups-cold', peer: 'crun-run-cold', max: 0.6 },
    { ours: 'engine-run-warm', peer: 'podman-run', max: 0.03 },
    { ours: 'engine-run-cold', peer: 'podman-run', max: 0.06 },
  ],
)
