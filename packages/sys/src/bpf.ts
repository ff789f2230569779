import { check } from './check.js'
import type { Lane, LaneHandle } from './lane.js'
import { native } from './native.js'

interface BpfCalls {
  bpfDevice(lane: LaneHandle, dirfd: number, program: Uint8Array): Promise<number> | number
}

/**
 * Makes `program` (an array of struct bpf_insn, BPF_PROG_TYPE_CGROUP_DEVICE) the one that decides about devices in the
 * cgroup v2 directory `dirfd`, instead of those attached there; like `bpftool cgroup attach DIR device`. The kernel
 * drops it with the cgroup. bpf(2); Linux 4.15, CAP_BPF and CAP_NET_ADMIN.
 * @throws CofferdamError `ERR_SYSCALL`
 */
export async function attachDeviceProgram(lane: Lane, dirfd: number, program: Uint8Array): Promise<void> {
  check('bpf', await native<BpfCalls>().bpfDevice(lane.handle, dirfd, program), {
    action: 'attach device program',
  })
}
