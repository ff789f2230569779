import { limitError } from '../error.js'

/** An integer limit between bounds, -1 allowed as "no limit" if so said; undefined stays so. */
export function integer(
  value: number | undefined,
  place: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER, unlimited = false, hint = undefined as string | undefined } = {},
): number | undefined {
  if (value === undefined || (unlimited && value === -1)) return value
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`
    throw limitError(place, `${String(value)} is not an integer ${range}${unlimited ? ', nor -1' : ''}`, hint)
  }
  return value
}

/** A list of processors or memory nodes, like `0-3,7`. */
export function nodeList(value: string | undefined, place: string): string | undefined {
  if (value === undefined || value === '') return undefined
  if (!/^\d+(-\d+(:\d+\/\d+)?)?(,\d+(-\d+(:\d+\/\d+)?)?)*$/.test(value) || value.length > 4096)
    throw limitError(place, `not a list like 0-3,7: ${JSON.stringify(value)}`)
  return value
}
