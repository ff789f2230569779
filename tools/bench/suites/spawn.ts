import { limitC } from '../rows/limits.ts'
import { childProcess } from '../rows/process.ts'
import type { Suite } from './suite.ts'

/** Starting /bin/true of this machine, without a container. */
export const spawn: Suite = {
  name: 'spawn',
  rows: [limitC, childProcess],
  bars: [],
}
