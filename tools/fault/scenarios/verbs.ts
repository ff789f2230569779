/** The verbs of the life cycle that faults happen to. */
export const verbs = [
  'pull',
  'run',
  'start',
  'start-detached',
  'restart',
  'exec',
  'exec-detached',
  'stop',
  'stop-detached',
  'delete',
  'delete-running',
  'open',
  'close',
] as const

/** One of {@link verbs}. */
export type Verb = (typeof verbs)[number]
