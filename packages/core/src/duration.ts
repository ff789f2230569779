import { CofferdamError } from './error.js'

const units: Record<string, number> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * Milliseconds from a number (milliseconds) or a text like `1m30s`, `1.5h`, `200ms` (Go's notation).
 * @throws CofferdamError `ERR_INVALID_DURATION`
 */
export function parseDuration(value: number | string, name = 'duration'): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  const parts = typeof value === 'string' ? [...value.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)] : []
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== value) {
    throw new CofferdamError('ERR_INVALID_DURATION', `${name}: not a duration: ${JSON.stringify(value)}`, {
      hint: 'write milliseconds or a text like 200ms, 10s, 1m30s',
    })
  }
  return parts.reduce((sum, part) => sum + Number(part[1]) * (units[part[2] as string] as number), 0)
}

/** Milliseconds for people: `1.2 ms`, `3.4 s`, `2m 5s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`
  return `${Math.floor(ms / 60_000)}m ${Math.round((ms % 60_000) / 1000)}s`
}
