/** What a row's samples come to; `p50` and `p95` in the row's unit, `n` samples. */
export interface Summary {
  p50: number
  p95: number
  n: number
}

/**
 * The value below which `fraction` (0..1) of `samples` lie, interpolated linearly between neighbours (type 7 of
 * Hyndman and Fan, what R and NumPy take). NaN where there are no samples.
 */
export function quantile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const position = (sorted.length - 1) * fraction
  const below = sorted[Math.floor(position)]
  const above = sorted[Math.ceil(position)]
  if (below === undefined || above === undefined) return NaN
  return below + (above - below) * (position - Math.floor(position))
}

/** Median and 95th percentile of a row's samples. */
export function summarize(samples: readonly number[]): Summary {
  return { p50: quantile(samples, 0.5), p95: quantile(samples, 0.95), n: samples.length }
}

/** A new array with the items in random order (Fisher and Yates); `random` returns [0, 1). */
export function shuffle<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [result[i] as T, result[j] as T]
    result[i] = b
    result[j] = a
  }
  return result
}
