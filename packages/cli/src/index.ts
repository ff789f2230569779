/**
 * The `cofferdam` command as functions.
 * @packageDocumentation
 */
export { createProgram, runCommand } from './program.js'
