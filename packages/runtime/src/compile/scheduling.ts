import type { Op } from '@cofferdam/process'
import type { Linux, Process } from '../spec/types.js'

const policies: Record<string, number> = {
  SCHED_OTHER: 0,
  SCHED_FIFO: 1,
  SCHED_RR: 2,
  SCHED_BATCH: 3,
  SCHED_ISO: 4,
  SCHED_IDLE: 5,
  SCHED_DEADLINE: 6,
}

const schedulerFlags: Record<string, number> = {
  SCHED_FLAG_RESET_ON_FORK: 0x01,
  SCHED_FLAG_RECLAIM: 0x02,
  SCHED_FLAG_DL_OVERRUN: 0x04,
  SCHED_FLAG_KEEP_POLICY: 0x08,
  SCHED_FLAG_KEEP_PARAMS: 0x10,
  SCHED_FLAG_UTIL_CLAMP_MIN: 0x20,
  SCHED_FLAG_UTIL_CLAMP_MAX: 0x40,
}

const ioClasses: Record<string, number> = { IOPRIO_CLASS_RT: 1, IOPRIO_CLASS_BE: 2, IOPRIO_CLASS_IDLE: 3 }

const personas: Record<string, number> = { LINUX: 0, LINUX32: 8 }

/** sched_setattr(2) for `process.scheduler`. */
export function schedulerOps(scheduler: Process['scheduler']): Op[] {
  if (scheduler === undefined) return []
  const { policy, flags, nice, priority, runtime, deadline, period } = scheduler
  const bits = (flags ?? []).reduce((sum, name) => sum | (schedulerFlags[name] ?? 0), 0)
  return [
    {
      op: 'scheduler',
      policy: policies[policy] ?? 0,
      ...(bits === 0 ? {} : { flags: bits }),
      ...(nice === undefined ? {} : { nice }),
      ...(priority === undefined ? {} : { priority }),
      ...(runtime === undefined ? {} : { runtime }),
      ...(deadline === undefined ? {} : { deadline }),
      ...(period === undefined ? {} : { period }),
    },
  ]
}

/** ioprio_set(2) for `process.ioPriority`. */
export function ioPriorityOps(value: Process['ioPriority']): Op[] {
  if (value === undefined) return []
  return [{ op: 'ioPriority', class: ioClasses[value.class] ?? 2, priority: value.priority ?? 0 }]
}

/** personality(2) for `linux.personality`. */
export function personalityOps(value: Linux['personality']): Op[] {
  return value === undefined ? [] : [{ op: 'personality', persona: personas[value.domain] ?? 0 }]
}
