const units: [ms: number, name: string][] = [
  [86_400_000 * 365, 'year'],
  [86_400_000 * 30, 'month'],
  [86_400_000 * 7, 'week'],
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
]

/** A span for people: `5 minutes`, `1 hour`; whole units, the largest that fits. */
export function span(ms: number): string {
  const [size, name] = units.find(([unit]) => ms >= unit) ?? [1000, 'second']
  const count = Math.max(Math.floor(ms / size), 0)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/** A moment for people: `5 minutes ago`. */
export function ago(date: Date, now = Date.now()): string {
  return `${span(now - date.getTime())} ago`
}
