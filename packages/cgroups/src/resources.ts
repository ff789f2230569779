/**
 * Limits as `linux.resources` of an OCI config.json holds them (runtime-spec config-linux.md, "Control groups").
 * Bytes, microseconds, numbers of processes; -1 lifts a limit.
 */
export interface CgroupResources {
  readonly memory?: MemoryResources
  readonly cpu?: CpuResources
  readonly pids?: { readonly limit?: number }
  readonly blockIO?: BlockIoResources
  readonly devices?: readonly DeviceRule[]
  readonly hugepageLimits?: readonly { readonly pageSize: string; readonly limit: number }[]
  readonly network?: {
    readonly classID?: number
    readonly priorities?: readonly { readonly name: string; readonly priority: number }[]
  }
  readonly rdma?: Readonly<Record<string, { readonly hcaHandles?: number; readonly hcaObjects?: number }>>
  /** Files of the v2 hierarchy and what is written to them, line by line; refused on v1. */
  readonly unified?: Readonly<Record<string, string>>
}

/** Memory, in bytes. `kernel` and `useHierarchy` mean nothing to kernels from 5.16 on and are ignored. */
export interface MemoryResources {
  readonly limit?: number
  /** Soft limit on v1, protection (`memory.low`) on v2. */
  readonly reservation?: number
  /** Memory and swap together, as v1 counts. */
  readonly swap?: number
  readonly kernel?: number
  readonly kernelTCP?: number
  /** 0 to 200 (100 before Linux 5.8): how readily memory is swapped out; of v1. */
  readonly swappiness?: number
  /** Processes wait for memory instead of being killed; of v1. */
  readonly disableOOMKiller?: boolean
  readonly useHierarchy?: boolean
  /** Refuse a new limit below what is in use. */
  readonly checkBeforeUpdate?: boolean
}

/** Processor time. */
export interface CpuResources {
  /** v1's weight, 2 to 262144 with 1024 as default. */
  readonly shares?: number
  /** Microseconds of processor time in each period, of all processors together. */
  readonly quota?: number
  /** Microseconds; 100,000 unless given. */
  readonly period?: number
  /** Microseconds that unused time may be saved up to (Linux 5.14). */
  readonly burst?: number
  /** Microseconds; of v1. */
  readonly realtimeRuntime?: number
  /** Microseconds; of v1. */
  readonly realtimePeriod?: number
  /** Lists like `0-3,7`. */
  readonly cpus?: string
  /** Memory nodes, as a list too. */
  readonly mems?: string
  /** 1 makes the group run only when nothing else does. */
  readonly idle?: number
}

/** A block device. */
export interface BlockDevice {
  readonly major: number
  readonly minor: number
}

/** Block devices: weights 10 to 1000, rates per second. */
export interface BlockIoResources {
  readonly weight?: number
  readonly leafWeight?: number
  readonly weightDevice?: readonly (BlockDevice & {
    readonly weight?: number
    readonly leafWeight?: number
  })[]
  readonly throttleReadBpsDevice?: readonly ThrottledDevice[]
  readonly throttleWriteBpsDevice?: readonly ThrottledDevice[]
  readonly throttleReadIOPSDevice?: readonly ThrottledDevice[]
  readonly throttleWriteIOPSDevice?: readonly ThrottledDevice[]
}

/** A device and its rate per second. */
export type ThrottledDevice = BlockDevice & { readonly rate: number }

/** Which devices may be opened or made; later rules stand above earlier ones. */
export interface DeviceRule {
  readonly allow: boolean
  /** `a` all (the default), `c` and `u` character, `b` block, `p` FIFO (no rule is needed for those). */
  readonly type?: string
  /** Any unless given, or -1. */
  readonly major?: number
  readonly minor?: number
  /** Of `r`ead, `w`rite, `m`knod; all unless given. */
  readonly access?: string
  /** No error where it cannot be had: without the controller, or without the privilege. On v2 all rules must be so. */
  readonly optional?: boolean
}
