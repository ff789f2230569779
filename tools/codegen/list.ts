import type { Generator } from './generator.ts'
import { ociTypes } from './oci/types.ts'
import { ociValidators } from './oci/validators.ts'
import { syscalls } from './syscalls.ts'

/** Every generator; `npm run codegen` runs them in this order. */
export const generators: readonly Generator[] = [ociTypes, ociValidators, syscalls]
