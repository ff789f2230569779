/**
 * Errors with a code and a hint, byte and duration units, and a stack of things to dispose.
 * @packageDocumentation
 */
export { CofferdamError, isCofferdamError, isErrno, errorMessage } from './error.js'
export type { CofferdamErrorOptions } from './error.js'
export { errnoName, errnoNumber, errnoText, syscallError } from './errno.js'
export type { SyscallErrorOptions } from './errno.js'
export { parseBytes, formatBytes } from './bytes.js'
export { parseDuration, formatDuration } from './duration.js'
export { DisposeStack } from './dispose.js'
export { throwIfAborted, abortable } from './abort.js'
export { Collector } from './collect.js'
export { destroyLate, drained } from './stream.js'
