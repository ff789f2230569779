import type { TracedCall } from '@cofferdam/testing'

/** Where in a trace `accessSync('/mark/NAME')` was called. */
export function markAt(calls: readonly TracedCall[], name: string): number {
  const at = calls.findIndex((call) => call.args.includes(`"/mark/${name}"`))
  if (at < 0) throw new Error(`no mark ${name} in the trace`)
  return at
}

/** The calls between two marks. */
export function between(calls: readonly TracedCall[], from: string, to: string): TracedCall[] {
  return calls.slice(markAt(calls, from) + 1, markAt(calls, to))
}

/** Programs executed, as their argument vectors. */
export function executed(calls: readonly TracedCall[]): string[] {
  return calls
    .filter(({ name, result }) => name.startsWith('execve') && result === '0')
    .map(({ args }) =>
      [.../\[(.*?)\]/.exec(args)![1]!.matchAll(/"(.*?)"/g)].map(([, text]) => text).join(' '),
    )
}

/** For each thread the process that it belongs to, itself for a process. */
export function processes(calls: readonly TracedCall[]): (pid: number) => number {
  const owner = new Map<number, number>()
  for (const { name, pid, args, result } of calls)
    if (/^clone3?$/.test(name) && args.includes('CLONE_THREAD')) owner.set(Number.parseInt(result, 10), pid)
  const process = (pid: number): number => (owner.has(pid) ? process(owner.get(pid)!) : pid)
  return process
}

const opening =
  /^(open|openat|openat2|creat|socket|socketpair|accept4?|pipe2?|dup[23]?|eventfd2?|epoll_create1?|signalfd4?|timerfd_create|memfd_create|inotify_init1?|fanotify_init|pidfd_getfd|fsopen|fsmount|fspick|open_tree|open_by_handle_at|perf_event_open|recvm?msg|fcntl|userfaultfd|landlock_create_ruleset)$/

/** Whether the call made a descriptor, or changed one, that the next program executed would have. */
export function leaks({ name, args, result }: TracedCall): boolean {
  if (!opening.test(name) || result.startsWith('-') || args.includes('CLOEXEC')) return false
  if (name === 'fcntl') return /F_DUPFD|F_SETFD/.test(args)
  return !name.startsWith('recv') || args.includes('SCM_RIGHTS')
}
