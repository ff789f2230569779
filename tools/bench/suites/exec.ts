import { engineExecRows, peerExecRows } from '../rows/exec.ts'
import { rowSuite } from './suite.ts'

/** Running /bin/true in a container that is there. */
export const exec = rowSuite(
  'exec',
  [...engineExecRows, ...peerExecRows],
  [
    { ours: 'engine-exec-warm', peer: 'crun-exec-warm', max: 0.5 },
    { ours: 'engine-exec-detached-warm', peer: 'crun-exec-warm', max: 0.5 },
    { ours: 'engine-exec-cold', peer: 'crun-exec-cold', max: 1 },
    { ours: 'engine-exec-detached-cold', peer: 'crun-exec-cold', max: 1 },
    { ours: 'engine-exec-warm', peer: 'podman-exec', max: 0.05 },
    { ours: 'engine-exec-detached-warm', peer: 'podman-exec', max: 0.05 },
  ],
)
