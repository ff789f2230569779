/**
 * Framed container logs: write with rotation, read, follow, cut into lines, render.
 * @packageDocumentation
 */
export { decodeFrames, encodeFrame, frameHeaderSize, maxFramePayload } from './frame.js'
export type { DecodedFrames, LogFrame, LogStream } from './frame.js'
export { LogWriter } from './writer.js'
export type { LogWriterOptions } from './writer.js'
export { LogTee } from './tee.js'
export { nextLogFile } from './files.js'
export { watchChanges } from './changes.js'
export type { Changes } from './changes.js'
export { readLog } from './read.js'
export type { LogPosition, ReadLogOptions } from './read.js'
export { logLines, tailLines } from './lines.js'
export type { LogLine } from './lines.js'
export { renderJsonFile } from './json-file.js'
