import { limitC } from '../rows/limits.ts'
import { childProcess, spawnAll, spawnNone } from '../rows/process.ts'
import { rowSuite } from './suite.ts'

/** Starting /bin/true of this machine, without a container. */
export const spawn = rowSuite('spawn', [limitC, childProcess, spawnNone, spawnAll], [])
