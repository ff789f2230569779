import { appendFileSync } from 'node:fs'

/** Where and how errors and warnings are told. */
export interface LogOptions {
  readonly file?: string
  readonly format: 'text' | 'json'
}

/** One record as logrus writes it, the form callers of runc parse. */
export function logLine(level: 'error' | 'warning', message: string, format: LogOptions['format']): string {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  return format === 'json'
    ? JSON.stringify({ level, msg: message, time })
    : `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(message)}`
}

/** Writes one record to the log file, and errors to standard error too. */
export function log(level: 'error' | 'warning', message: string, options: LogOptions): void {
  const line = `${logLine(level, message, options.format)}\n`
  if (options.file !== undefined) {
    appendFileSync(options.file, line, { mode: 0o600 })
    if (level === 'error') process.stderr.write(`${message}\n`)
  } else process.stderr.write(line)
}
