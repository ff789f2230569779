/**
 * Types of the OCI runtime and image specifications, and validators that say what is wrong where. Schemas, types and
 * validators of this package come from the same files in `schemas/`.
 * @packageDocumentation
 */
export type * from './generated/runtime.js'
export type * from './generated/image.js'
export { parseJson } from './json.js'
export type { ParseJsonOptions } from './json.js'
export {
  parseFeatures,
  parseProcess,
  parseResources,
  parseSeccomp,
  parseSpec,
  parseState,
  validateFeatures,
  validateProcess,
  validateResources,
  validateSeccomp,
  validateSpec,
  validateState,
} from './runtime.js'
export {
  parseDescriptor,
  parseImageConfig,
  parseImageLayout,
  parseIndex,
  parseManifest,
  validateDescriptor,
  validateImageConfig,
  validateImageLayout,
  validateIndex,
  validateManifest,
} from './image.js'
export { mediaTypes } from './media-types.js'
