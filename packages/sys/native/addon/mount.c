#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "args.h"
#include "lane.h"

/* glibc's <sys/mount.h> and <linux/mount.h> clash: the two old calls are made directly. */

static napi_value result(napi_env env, long value)
{
    return arg_int(env, value < 0 ? -errno : value);
}

/* openTree(dirfd, path, flags) */
static napi_value sys_open_tree(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    int32_t dirfd;
    char path[ARG_PATH];
    uint32_t flags;
    if (!arg_get(env, info, 3, argv) || !arg_i32(env, argv[0], &dirfd) ||
        !arg_text(env, argv[1], path, sizeof path) || !arg_u32(env, argv[2], &flags))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_open_tree, dirfd, path, flags | OPEN_TREE_CLOEXEC));
}

/* moveMount(fromFd, fromPath, toFd, toPath, flags) */
static napi_value sys_move_mount(napi_env env, napi_callback_info info)
{
    napi_value argv[5];
    int32_t from, to;
    char from_path[ARG_PATH], to_path[ARG_PATH];
    uint32_t flags;
    if (!arg_get(env, info, 5, argv) || !arg_i32(env, argv[0], &from) ||
        !arg_text(env, argv[1], from_path, sizeof from_path) || !arg_i32(env, argv[2], &to) ||
        !arg_text(env, argv[3], to_path, sizeof to_path) || !arg_u32(env, argv[4], &flags))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_move_mount, from, from_path, to, to_path, flags));
}

/* fsopen(type) */
static napi_value sys_fsopen(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    char type[64];
    if (!arg_get(env, info, 1, argv) || !arg_text(env, argv[0], type, sizeof type))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
}

/* fspick(dirfd, path, flags) */
static napi_value sys_fspick(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    int32_t dirfd;
    char path[ARG_PATH];
    uint32_t flags;
    if (!arg_get(env, info, 3, argv) || !arg_i32(env, argv[0], &dirfd) ||
        !arg_text(env, argv[1], path, sizeof path) || !arg_u32(env, argv[2], &flags))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_fspick, dirfd, path, flags | FSPICK_CLOEXEC));
}

/* fsconfig(fs, command, key, value, aux): key or value undefined is NULL */
static napi_value sys_fsconfig(napi_env env, napi_callback_info info)
{
    napi_value argv[5];
    int32_t fs, aux;
    uint32_t command;
    char key[256], value[ARG_PATH];
    bool no_key, no_value;
    if (!arg_get(env, info, 5, argv) || !arg_i32(env, argv[0], &fs) || !arg_u32(env, argv[1], &command) ||
        !arg_i32(env, argv[4], &aux))
        return arg_int(env, -EINVAL);
    no_key = arg_is_nil(env, argv[2]);
    no_value = arg_is_nil(env, argv[3]);
    if ((!no_key && !arg_text(env, argv[2], key, sizeof key)) ||
        (!no_value && !arg_text(env, argv[3], value, sizeof value)))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_fsconfig, fs, command, no_key ? NULL : key, no_value ? NULL : value, aux));
}

/* fsMessage(fs): the oldest message of the context's log, like "e overlay: ...", or "" */
static napi_value sys_fs_message(napi_env env, napi_callback_info info)
{
    napi_value argv[1], text;
    int32_t fs;
    char message[1024];
    if (!arg_get(env, info, 1, argv) || !arg_i32(env, argv[0], &fs))
        return arg_int(env, -EINVAL);
    ssize_t size = read(fs, message, sizeof message);
    napi_create_string_utf8(env, message, size < 0 ? 0 : (size_t)size, &text);
    return text;
}

/* fsmount(fs, attrs) */
static napi_value sys_fsmount(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t fs;
    uint32_t attrs;
    if (!arg_get(env, info, 2, argv) || !arg_i32(env, argv[0], &fs) || !arg_u32(env, argv[1], &attrs))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attrs));
}

/* mountSetattr(dirfd, path, flags, set, clear, propagation, usernsFd): usernsFd -1 is none */
static napi_value sys_mount_setattr(napi_env env, napi_callback_info info)
{
    napi_value argv[7];
    int32_t dirfd, userns;
    char path[ARG_PATH];
    uint32_t flags;
    uint64_t set, clear, propagation;
    if (!arg_get(env, info, 7, argv) || !arg_i32(env, argv[0], &dirfd) ||
        !arg_text(env, argv[1], path, sizeof path) || !arg_u32(env, argv[2], &flags) ||
        !arg_u64(env, argv[3], &set) || !arg_u64(env, argv[4], &clear) || !arg_u64(env, argv[5], &propagation) ||
        !arg_i32(env, argv[6], &userns))
        return arg_int(env, -EINVAL);
    struct mount_attr attr = {.attr_set = set, .attr_clr = clear, .propagation = propagation};
    if (userns >= 0) {
        attr.attr_set |= MOUNT_ATTR_IDMAP;
        attr.userns_fd = (uint64_t)userns;
    }
    return result(env, syscall(SYS_mount_setattr, dirfd, path, flags, &attr, sizeof attr));
}

/* mount(source, target, type, flags, data): undefined is NULL */
static napi_value sys_mount(napi_env env, napi_callback_info info)
{
    napi_value argv[5];
    char text[4][ARG_PATH];
    const char *given[4] = {NULL, NULL, NULL, NULL};
    static const int position[4] = {0, 1, 2, 4};
    uint64_t flags;
    if (!arg_get(env, info, 5, argv) || !arg_u64(env, argv[3], &flags))
        return arg_int(env, -EINVAL);
    for (int i = 0; i < 4; i++) {
        if (arg_is_nil(env, argv[position[i]]))
            continue;
        if (!arg_text(env, argv[position[i]], text[i], sizeof text[i]))
            return arg_int(env, -EINVAL);
        given[i] = text[i];
    }
    return result(env, syscall(SYS_mount, given[0], given[1], given[2], flags, given[3]));
}

struct umount_job {
    struct int_job base;
    int flags;
    char path[];
};

static void run_umount(struct job *job)
{
    struct umount_job *umount = (struct umount_job *)job;
    umount->base.result = syscall(SYS_umount2, umount->path, umount->flags) < 0 ? -errno : 0;
}

/* umount(lane, path, flags): umount2(2) waits for an RCU grace period, so it runs on a lane */
static napi_value sys_umount(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    struct lane *lane;
    char path[ARG_PATH];
    int32_t flags;
    if (!arg_get(env, info, 3, argv) || (lane = lane_from(env, argv[0])) == NULL ||
        !arg_text(env, argv[1], path, sizeof path) || !arg_i32(env, argv[2], &flags))
        return arg_int(env, -EINVAL);
    struct umount_job *job = calloc(1, sizeof *job + strlen(path) + 1);
    if (job == NULL)
        return arg_int(env, -ENOMEM);
    job->base.job.run = run_umount;
    job->base.job.value = int_job_value;
    job->flags = flags;
    strcpy(job->path, path);
    return lane_submit(env, lane, &job->base.job);
}

const struct export mount_exports[] = {
    {"openTree", sys_open_tree},   {"moveMount", sys_move_mount}, {"fsopen", sys_fsopen},
    {"fspick", sys_fspick},        {"fsconfig", sys_fsconfig},    {"fsMessage", sys_fs_message},
    {"fsmount", sys_fsmount},      {"mountSetattr", sys_mount_setattr},
    {"mount", sys_mount},          {"umount", sys_umount},
    {NULL, NULL},
};
