import { CofferdamError } from './error.js'

const units: Record<string, number> = { '': 1, b: 1 }
for (const [index, letter] of ['k', 'm', 'g', 't', 'p'].entries()) {
  units[letter] = units[`${letter}b`] = units[`${letter}ib`] = 1024 ** (index + 1)
}

/**
 * Bytes from a number or a text like `64MiB`, `64m`, `1.5g` (powers of 1024, as Docker reads them).
 * @throws CofferdamError `ERR_INVALID_BYTES`
 */
export function parseBytes(value: number | string, name = 'size'): number {
  const match = typeof value === 'number' ? undefined : /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value)
  const factor = match === undefined ? 1 : units[match?.[2]?.toLowerCase() ?? '-']
  const bytes = typeof value === 'number' ? value : Number(match?.[1]) * (factor ?? Number.NaN)
  if (!Number.isFinite(bytes) || bytes < 0 || Math.round(bytes) > Number.MAX_SAFE_INTEGER) {
    throw new CofferdamError(
      'ERR_INVALID_BYTES',
      `${name}: not a number of bytes: ${JSON.stringify(value)}`,
      {
        hint: 'write a number of bytes or a text like 64MiB, 512k, 1.5g',
      },
    )
  }
  return Math.round(bytes)
}

/** Bytes for people: `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const index = bytes < 1 ? 0 : Math.min(names.length - 1, Math.floor(Math.log2(bytes) / 10))
  const scaled = bytes / 1024 ** index
  return `${index === 0 || scaled >= 100 ? Math.round(scaled) : Number(scaled.toFixed(1))} ${names[index]}`
}
