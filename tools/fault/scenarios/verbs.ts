/**
 * The verbs of the life cycle that faults happen to. Those that end in `-legacy` mount overlays as before Linux 6.8, with
 * mount(2) on the host.
 */
export const verbs = [
  'pull',
  'run',
  'run-legacy',
  'start',
  'start-detached',
  'restart',
  'restart-legacy',
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
