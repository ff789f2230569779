#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "args.h"
#include "lane.h"

static napi_value result(napi_env env, long value)
{
    return arg_int(env, value < 0 ? -errno : value);
}

/* close(fd) */
static napi_value sys_close(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    int32_t fd;
    if (!arg_get(env, info, 1, argv) || !arg_i32(env, argv[0], &fd))
        return arg_int(env, -EINVAL);
    return result(env, close(fd));
}

/* openat2(dirfd, path, flags, mode, resolve) */
static napi_value sys_openat2(napi_env env, napi_callback_info info)
{
    napi_value argv[5];
    int32_t dirfd;
    char path[ARG_PATH];
    uint64_t flags, mode, resolve;
    if (!arg_get(env, info, 5, argv) || !arg_i32(env, argv[0], &dirfd) ||
        !arg_text(env, argv[1], path, sizeof path) || !arg_u64(env, argv[2], &flags) ||
        !arg_u64(env, argv[3], &mode) || !arg_u64(env, argv[4], &resolve))
        return arg_int(env, -EINVAL);
    struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
    return result(env, syscall(SYS_openat2, dirfd, path, &how, sizeof how));
}

/* dup(fd): at 3 or above */
static napi_value sys_dup(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    int32_t fd;
    if (!arg_get(env, info, 1, argv) || !arg_i32(env, argv[0], &fd))
        return arg_int(env, -EINVAL);
    return result(env, fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

/* mkdirat(dirfd, path, mode) */
static napi_value sys_mkdirat(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    int32_t dirfd;
    char path[ARG_PATH];
    uint32_t mode;
    if (!arg_get(env, info, 3, argv) || !arg_i32(env, argv[0], &dirfd) ||
        !arg_text(env, argv[1], path, sizeof path) || !arg_u32(env, argv[2], &mode))
        return arg_int(env, -EINVAL);
    return result(env, mkdirat(dirfd, path, mode));
}

/* pipe(): [read, write], or -errno; the ends named by `nonblock` (1 read, 2 write) are O_NONBLOCK */
static napi_value sys_pipe(napi_env env, napi_callback_info info)
{
    napi_value argv[1], pair;
    uint32_t nonblock;
    int fds[2];
    if (!arg_get(env, info, 1, argv) || !arg_u32(env, argv[0], &nonblock))
        return arg_int(env, -EINVAL);
    if (pipe2(fds, O_CLOEXEC) < 0)
        return arg_int(env, -errno);
    for (int i = 0; i < 2; i++)
        if (nonblock & (1u << i))
            fcntl(fds[i], F_SETFL, fcntl(fds[i], F_GETFL) | O_NONBLOCK);
    napi_create_array_with_length(env, 2, &pair);
    napi_set_element(env, pair, 0, arg_int(env, fds[0]));
    napi_set_element(env, pair, 1, arg_int(env, fds[1]));
    return pair;
}

/* eventfd(initial, flags) */
static napi_value sys_eventfd(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    uint32_t initial, flags;
    if (!arg_get(env, info, 2, argv) || !arg_u32(env, argv[0], &initial) || !arg_u32(env, argv[1], &flags))
        return arg_int(env, -EINVAL);
    return result(env, eventfd(initial, (int)flags | EFD_CLOEXEC));
}

/* memfd(name, bytes, seals): written, sealed, at offset 0 */
static napi_value sys_memfd(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    char name[250];
    uint8_t *data;
    size_t size, done = 0;
    uint32_t seals;
    if (!arg_get(env, info, 3, argv) || !arg_text(env, argv[0], name, sizeof name) ||
        !arg_bytes(env, argv[1], &data, &size) || !arg_u32(env, argv[2], &seals))
        return arg_int(env, -EINVAL);
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return arg_int(env, -errno);
    while (done < size) {
        ssize_t n = pwrite(fd, data + done, size - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            goto fail;
        done += (size_t)n;
    }
    if (seals != 0 && fcntl(fd, F_ADD_SEALS, (int)seals) < 0)
        goto fail;
    return arg_int(env, fd);
fail:;
    int error = errno;
    close(fd);
    return arg_int(env, -error);
}

/* fsType(fd): the f_type of fstatfs(2) */
static napi_value sys_fs_type(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    int32_t fd;
    struct statfs fs;
    if (!arg_get(env, info, 1, argv) || !arg_i32(env, argv[0], &fd))
        return arg_int(env, -EINVAL);
    return fstatfs(fd, &fs) < 0 ? arg_int(env, -errno) : arg_int(env, (uint32_t)fs.f_type);
}

/* tryLock(fd, operation): flock(2) with LOCK_NB */
static napi_value sys_try_lock(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t fd, operation;
    if (!arg_get(env, info, 2, argv) || !arg_i32(env, argv[0], &fd) || !arg_i32(env, argv[1], &operation))
        return arg_int(env, -EINVAL);
    return result(env, flock(fd, operation | LOCK_NB));
}

struct lock_job {
    struct int_job base;
    int fd, operation;
};

static void run_lock(struct job *job)
{
    struct lock_job *lock = (struct lock_job *)job;
    while ((lock->base.result = flock(lock->fd, lock->operation) < 0 ? -errno : 0) == -EINTR)
        ;
}

/* lock(lane, fd, operation): flock(2), waiting on the lane */
static napi_value sys_lock(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    int32_t fd, operation;
    struct lane *lane;
    if (!arg_get(env, info, 3, argv) || (lane = lane_from(env, argv[0])) == NULL || !arg_i32(env, argv[1], &fd) ||
        !arg_i32(env, argv[2], &operation))
        return arg_int(env, -EINVAL);
    struct lock_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return arg_int(env, -ENOMEM);
    job->base.job.run = run_lock;
    job->base.job.value = int_job_value;
    job->fd = fd;
    job->operation = operation;
    return lane_submit(env, lane, &job->base.job);
}

static void run_syncfs(struct job *job)
{
    struct lock_job *sync = (struct lock_job *)job;
    sync->base.result = syncfs(sync->fd) < 0 ? -errno : 0;
}

/* syncfs(lane, fd): the whole file system of fd to its device, on the lane */
static napi_value sys_syncfs(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t fd;
    struct lane *lane;
    if (!arg_get(env, info, 2, argv) || (lane = lane_from(env, argv[0])) == NULL || !arg_i32(env, argv[1], &fd))
        return arg_int(env, -EINVAL);
    struct lock_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return arg_int(env, -ENOMEM);
    job->base.job.run = run_syncfs;
    job->base.job.value = int_job_value;
    job->fd = fd;
    return lane_submit(env, lane, &job->base.job);
}

/* setNonblock(fd, on) */
static napi_value sys_set_nonblock(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t fd, on;
    if (!arg_get(env, info, 2, argv) || !arg_i32(env, argv[0], &fd) || !arg_i32(env, argv[1], &on))
        return arg_int(env, -EINVAL);
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return arg_int(env, -errno);
    return result(env, fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

const struct export file_exports[] = {
    {"close", sys_close},         {"openat2", sys_openat2}, {"dup", sys_dup},
    {"mkdirat", sys_mkdirat},     {"pipe", sys_pipe},       {"eventfd", sys_eventfd},
    {"memfd", sys_memfd},         {"fsType", sys_fs_type},  {"tryLock", sys_try_lock},
    {"lock", sys_lock},           {"setNonblock", sys_set_nonblock}, {"syncfs", sys_syncfs},
    {NULL, NULL},
};
