import type { Generator } from './generator.ts'

/** Every generator; `npm run codegen` runs them in this order. */
export const generators: readonly Generator[] = []
