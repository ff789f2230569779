import { plainStarter, type LayerStarter } from '../../src/layer/program.js'

/**
 * Stands for `confined.ts` under sanitizers: a dynamic program has no loader in the layer's directory, so `layer` gets
 * the directory as a descriptor, as ordinary users' does.
 */
export const confinedStarter = (): LayerStarter => plainStarter
