import { difference } from '../harness/difference.ts'
import type { Result } from '../harness/report.ts'
import type { Workshop } from '../harness/workshop.ts'
import { engineConfig, engineDetachedRows, engineRows } from '../rows/engine.ts'
import { limitCContainer } from '../rows/limits.ts'
import { peers } from '../rows/peers.ts'
import { podmanConfig, podmanRun, podmanRunDetached } from '../rows/podman.ts'
import { runtimeRows } from '../rows/runtime.ts'
import { rowSuite } from './suite.ts'

/** Says in what the containers differ that the engine and podman make of the same request. */
async function compareConfigurations(workshop: Workshop, results: readonly Result[]): Promise<string[]> {
  const measured = (name: string): boolean => results.some((result) => result.name === name)
  if (!measured('podman-run') || !(measured('engine-run-warm') || measured('engine-run-cold'))) return []
  const lines = difference(await engineConfig(workshop), await podmanConfig(workshop))
  return [
    'config.json of engine-run | of podman-run, where they differ:',
    ...lines.map((line) => `  ${line}`),
  ]
}

/** Running /bin/true in the container of bundle/config.json. */
export const start = rowSuite(
  'start',
  [
    limitCContainer,
    ...runtimeRows,
    ...peers,
    ...engineRows,
    podmanRun,
    ...engineDetachedRows,
    podmanRunDetached,
  ],
  [
    { ours: 'runtime-run', peer: 'limit-c-container', max: 1.5 },
    { ours: 'runtime-run', peer: 'crun-run-nocgroup', max: 0.4 },
    { ours: 'runtime-run-cgroups-warm', peer: 'crun-run-warm', max: 0.2 },
    { ours: 'runtime-run-cgroups-cold', peer: 'crun-run-cold', max: 0.6 },
    { ours: 'engine-run-warm', peer: 'podman-run', max: 0.03 },
    { ours: 'engine-run-cold', peer: 'podman-run', max: 0.06 },
    { ours: 'engine-run-detached-warm', peer: 'podman-run-detached', max: 0.05 },
    { ours: 'engine-run-detached-cold', peer: 'podman-run-detached', max: 0.08 },
  ],
  compareConfigurations,
)
