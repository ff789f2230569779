import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { InvalidArgumentError } from 'commander'

/** Collects an option that may be given several times. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}

/** A number of CPUs or other positive number. */
export function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('not a positive number')
  return value
}

/** A whole number from 1 on. */
export function count(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('not a whole number from 1 on')
  return Number(text)
}

/** A whole number from 0 on. */
export function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('not a whole number')
  return Number(text)
}

/** `KEY=VALUE` pairs; `KEY` alone takes the value of this process, or nothing where it has none (like `docker run -e`). */
export function environment(
  pairs: readonly string[],
  own: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const env: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const key = at < 0 ? pair : pair.slice(0, at)
    if (key === '') throw new InvalidArgumentError(`not KEY=VALUE: ${pair}`)
    const value = at < 0 ? own[key] : pair.slice(at + 1)
    if (value !== undefined) env[key] = value
  }
  return env
}

/** The lines of an env file: pairs as of {@link environment}; blank ones and comments are left out. */
export function envFile(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** Labels of `KEY=VALUE` and `KEY`, whose value is empty. */
export function labels(pairs: readonly string[]): Record<string, string> {
  return environment(pairs.map((pair) => (pair.includes('=') ? pair : `${pair}=`)))
}

/** What `--security-opt` asks for, with `=` or Docker's older `:`. @throws InvalidArgumentError for what cannot be had */
export function securityOptions(texts: readonly string[]): { seccomp: boolean; noNewPrivileges: boolean } {
  const options = { seccomp: true, noNewPrivileges: false }
  for (const text of texts) {
    switch (text.replace(':', '=')) {
      case 'seccomp=unconfined':
        options.seccomp = false
        break
      case 'no-new-privileges':
      case 'no-new-privileges=true':
        options.noNewPrivileges = true
        break
      case 'no-new-privileges=false':
        options.noNewPrivileges = false
        break
      default:
        throw new InvalidArgumentError(
          `--security-opt ${text} is not supported: seccomp=unconfined and no-new-privileges are`,
        )
    }
  }
  return options
}

/** A moment: ISO 8601, Unix seconds, or a span before now like `10m`. */
export function moment(text: string, now = Date.now()): Date {
  const ago = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text)
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[ago?.[2] as 's'] ?? 0
  const date =
    ago !== null
      ? new Date(now - Number(ago[1]) * unit)
      : new Date(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text)
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('not a time (2026-01-31T12:00:00Z, Unix seconds, or 10m)')
  return date
}

/** A signal by name (`TERM`, `SIGTERM`) or number. */
export function signalName(text: string): NodeJS.Signals {
  const upper = text.toUpperCase()
  const names = Object.keys(constants.signals) as NodeJS.Signals[]
  const found = names.find(
    (name) => name === upper || name === `SIG${upper}` || String(constants.signals[name]) === text,
  )
  if (found === undefined) throw new InvalidArgumentError('not a signal')
  return found
}
