/**
 * A seccomp profile as `linux.seccomp` of an OCI config.json holds it (runtime-spec config-linux.md, "Seccomp").
 * Plain JSON data; a 64-bit value that a JSON number cannot hold may be a bigint.
 */
export interface SeccompProfile {
  /** What happens to a call that no rule matches, like `SCMP_ACT_ERRNO`. */
  readonly defaultAction: string
  /** Error number of a default `SCMP_ACT_ERRNO` (EPERM unless given), message of a default `SCMP_ACT_TRACE`. */
  readonly defaultErrnoRet?: number
  /** Like `SCMP_ARCH_X86_64`; the native architecture always belongs to the filter. */
  readonly architectures?: readonly string[]
  /** Like `SECCOMP_FILTER_FLAG_LOG`. */
  readonly flags?: readonly string[]
  /** Socket of the agent that gets the listener of `SCMP_ACT_NOTIFY`. */
  readonly listenerPath?: string
  /** Opaque text for that agent. */
  readonly listenerMetadata?: string
  readonly syscalls?: readonly SeccompSyscall[]
}

/** One rule: these calls, if their arguments match, get this action. */
export interface SeccompSyscall {
  readonly names: readonly string[]
  readonly action: string
  /** Error number of `SCMP_ACT_ERRNO` or message of `SCMP_ACT_TRACE`. */
  readonly errnoRet?: number
  /**
   * All must match. Where one index occurs twice, each condition is a rule of its own: profiles written for
   * libseccomp before 2.5 meant that, and runc and crun still read them so.
   */
  readonly args?: readonly SeccompArg[]
}

/** A comparison of one argument, unsigned and 64 bits wide. */
export interface SeccompArg {
  /** 0 to 5. */
  readonly index: number
  /** What the argument is compared with; the mask for `SCMP_CMP_MASKED_EQ`. */
  readonly value: number | bigint
  /** What the masked argument is compared with. */
  readonly valueTwo?: number | bigint
  /** Like `SCMP_CMP_EQ`. */
  readonly op: string
}
