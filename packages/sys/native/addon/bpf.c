#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "args.h"
#include "lane.h"

#define MAX_PROGRAMS 64
#define MAX_INSTRUCTIONS 4096

struct device_job {
    struct int_job base;
    int dirfd;
    size_t size;
    uint8_t program[];
};

static int bpf(int command, union bpf_attr *attr)
{
    long result = syscall(SYS_bpf, command, attr, sizeof *attr);
    return result < 0 ? -errno : (int)result;
}

static int load(const uint8_t *program, size_t size)
{
    union bpf_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = (uintptr_t)program;
    attr.insn_cnt = (uint32_t)(size / sizeof(struct bpf_insn));
    attr.license = (uintptr_t) "Apache-2.0";
    return bpf(BPF_PROG_LOAD, &attr);
}

static int query(int dirfd, uint32_t *ids, uint32_t *count)
{
    union bpf_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.query.target_fd = (uint32_t)dirfd;
    attr.query.attach_type = BPF_CGROUP_DEVICE;
    attr.query.prog_ids = (uintptr_t)ids;
    attr.query.prog_cnt = MAX_PROGRAMS;
    int result = bpf(BPF_PROG_QUERY, &attr);
    *count = result < 0 ? 0 : attr.query.prog_cnt;
    return result;
}

static int attach(int dirfd, int program)
{
    union bpf_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.target_fd = (uint32_t)dirfd;
    attr.attach_bpf_fd = (uint32_t)program;
    attr.attach_type = BPF_CGROUP_DEVICE;
    attr.attach_flags = BPF_F_ALLOW_MULTI;
    return bpf(BPF_PROG_ATTACH, &attr);
}

static int detach(int dirfd, uint32_t id)
{
    union bpf_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.prog_id = id;
    int program = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
    if (program < 0)
        return program;
    memset(&attr, 0, sizeof attr);
    attr.target_fd = (uint32_t)dirfd;
    attr.attach_bpf_fd = (uint32_t)program;
    attr.attach_type = BPF_CGROUP_DEVICE;
    int result = bpf(BPF_PROG_DETACH, &attr);
    close(program);
    return result;
}

/* The new program is attached before those it replaces go: at no moment is more allowed than by one of them. */
static void run_device(struct job *job)
{
    struct device_job *device = (struct device_job *)job;
    uint32_t ids[MAX_PROGRAMS], count;
    int result = load(device->program, device->size);
    if (result >= 0) {
        int program = result;
        result = query(device->dirfd, ids, &count);
        if (result >= 0)
            result = attach(device->dirfd, program);
        for (uint32_t i = 0; result >= 0 && i < count; i++)
            result = detach(device->dirfd, ids[i]);
        close(program);
    }
    device->base.result = result;
}

/* bpfDevice(lane, dirfd, program): a promise of 0 or -errno */
static napi_value bpf_device(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    int32_t dirfd;
    uint8_t *data;
    size_t size;
    if (!arg_get(env, info, 3, argv) || !arg_i32(env, argv[1], &dirfd) || !arg_bytes(env, argv[2], &data, &size) ||
        size == 0 || size % sizeof(struct bpf_insn) != 0 || size / sizeof(struct bpf_insn) > MAX_INSTRUCTIONS)
        return arg_int(env, -EINVAL);
    struct lane *lane = lane_from(env, argv[0]);
    if (lane == NULL)
        return arg_int(env, -EINVAL);
    struct device_job *device = calloc(1, sizeof *device + size);
    if (device == NULL)
        return arg_int(env, -ENOMEM);
    device->base.job = (struct job){.run = run_device, .value = int_job_value};
    device->dirfd = dirfd;
    device->size = size;
    memcpy(device->program, data, size);
    return lane_submit(env, lane, &device->base.job);
}

const struct export bpf_exports[] = {
    {"bpfDevice", bpf_device},
    {NULL, NULL},
};
