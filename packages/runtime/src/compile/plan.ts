import type { LaunchPlan, Op } from '@cofferdam/process'
import { type CompiledSeccomp, compileSeccomp } from '@cofferdam/security'
import { sysctlPath } from '../spec/sysctl.js'
import type { Hook, Linux, Spec } from '../spec/types.js'
import { Barrier, type CompileContext } from './context.js'
import { afterPivot, mountSection } from './mounts.js'
import { cloneSection, makesNew, setnsOps } from './namespaces.js'
import { processSection } from './process.js'

/** A plan with what could not be had of the specification. */
export interface CompiledPlan {
  readonly plan: LaunchPlan
  readonly warnings: readonly string[]
}

function hookOps(
  hooks: readonly Hook[] | undefined,
  status: 'creating' | 'created',
  context: CompileContext,
  env: readonly string[],
): Op[] {
  return (hooks ?? []).map((hook) => ({
    op: 'hook',
    path: hook.path,
    args: hook.args ?? [hook.path],
    env: hook.env ?? env,
    ...(hook.timeout === undefined ? {} : { timeout: hook.timeout * 1000 }),
    ...(context.hookState === undefined ? {} : { stdin: context.hookState(status, 1) }),
  }))
}

function confineOps(spec: Spec, linux: Linux): Op[] {
  const ops: Op[] = []
  if (spec.hostname) ops.push({ op: 'hostname', name: spec.hostname })
  if (spec.domainname) ops.push({ op: 'domainname', name: spec.domainname })
  for (const [name, value] of Object.entries(linux.sysctl ?? {})) {
    ops.push({ op: 'sysctl', name: sysctlPath(name), value })
  }
  if (linux.readonlyPaths?.length) ops.push({ op: 'readonlyPaths', paths: linux.readonlyPaths })
  if (linux.maskedPaths?.length) ops.push({ op: 'mask', paths: linux.maskedPaths })
  return ops
}

function stdioOps(context: CompileContext, uid: number | undefined): Op[] {
  const { stdio } = context
  if (stdio.kind === 'fds') return [{ op: 'stdio', fds: [...stdio.fds, ...(context.extraFds ?? [])] }]
  return [
    {
      op: 'pty',
      console: true,
      ...(stdio.columns === undefined ? {} : { columns: stdio.columns }),
      ...(stdio.rows === undefined ? {} : { rows: stdio.rows }),
      ...(uid === undefined ? {} : { uid }),
    },
  ]
}

function startOps(context: CompileContext): Op[] {
  if (context.start === 'at-once') return []
  return [
    { op: 'barrier', name: Barrier.created },
    { op: 'waitForStart', fd: context.start.fd },
  ]
}

function filterOf(linux: Linux, context: CompileContext): { readonly filter?: CompiledSeccomp } {
  if (linux.seccomp === undefined) return {}
  return { filter: context.filter ?? compileSeccomp(linux.seccomp) }
}

/** True when hooks of the runtime's own namespaces run before pivot_root. */
export function hasRuntimeHooks(spec: Spec): boolean {
  return (spec.hooks?.prestart?.length ?? 0) + (spec.hooks?.createRuntime?.length ?? 0) > 0
}

/**
 * Compiles a validated specification to the launch plan of a container's first process (runtime-spec runtime.md,
 * "Lifecycle"). Pure: the same specification and context give the same plan.
 * @throws CofferdamError of the mounts (`ERR_INVALID_MOUNT` ...) and the filter (`ERR_SECCOMP_PROFILE_INVALID` ...)
 */
export function compilePlan(spec: Spec, context: CompileContext): CompiledPlan {
  const linux = spec.linux ?? {}
  const process = spec.process ?? { cwd: '/', args: [] }
  const ownMounts = makesNew(linux, 'mount')
  const section = mountSection(spec, context)
  const first = processSection(process, {
    home: context.home,
    fixedGroups: context.fixedGroups ?? false,
    ...filterOf(linux, context),
    ...(linux.personality === undefined ? {} : { personality: linux.personality }),
  })
  const ownCgroups: Op[] = makesNew(linux, 'cgroup') ? [{ op: 'unshare', kind: 'cgroup' }] : []
  const { tasks } = context.cgroup
  const ops: Op[] = [
    ...(tasks.length === 0 ? [] : [{ op: 'joinCgroups', tasks } as const]),
    ...setnsOps(context),
    { op: 'setsid' },
    ...ownCgroups,
    ...(makesNew(linux, 'network') ? [{ op: 'loopback' } as const] : []),
    ...(ownMounts ? section.ops : [{ op: 'root', plain: true, ...context.rootfs } as const]),
    ...(hasRuntimeHooks(spec) ? [{ op: 'barrier', name: Barrier.createRuntime } as const] : []),
    ...hookOps(spec.hooks?.createContainer, 'creating', context, []),
    { op: 'pivotRoot', ...(ownMounts ? {} : { how: 'chroot' as const }) },
    ...stdioOps(context, process.user?.uid),
    ...(ownMounts ? afterPivot(spec, section) : []),
    ...confineOps(spec, linux),
    ...first.limits,
    ...first.privileges,
    ...startOps(context),
    ...hookOps(spec.hooks?.startContainer, 'created', context, process.env ?? []),
  ]
  const plan: LaunchPlan = {
    clone: cloneSection(linux, context),
    ops,
    exec: context.init === true ? { ...first.exec, init: true } : first.exec,
    ...(context.detached === true ? { detached: true } : {}),
  }
  return { plan, warnings: first.warnings }
}
