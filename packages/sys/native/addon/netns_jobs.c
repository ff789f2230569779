#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "args.h"
#include "lane.h"
#include "netns.h"

#define SYSCTLS 64
#define SOCKETS 64
#define VALUE_SIZE 128

/* A file below /proc/sys/net: the value it had, and the one it gets. */
struct sysctl {
    char name[112];
    char wanted[VALUE_SIZE];
    char before[VALUE_SIZE];
    bool write;
    int error;
};

struct netns_job {
    struct job job;
    struct netns_task task;
    size_t sysctl_count, socket_count;
    int nsfd, next_index;
    int sockets[SOCKETS * 3];
    int fds[SOCKETS];
    struct sysctl sysctls[];
};

static struct netns_job *job_of(struct netns_task *task)
{
    return (struct netns_job *)((char *)task - offsetof(struct netns_job, task));
}

/* /proc/sys/net shows the namespace of the thread that looks. */
static int apply(struct sysctl *sysctl)
{
    char path[160];
    snprintf(path, sizeof path, "/proc/sys/net/%s", sysctl->name);
    int fd = open(path, (sysctl->write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = 0;
    ssize_t got = read(fd, sysctl->before, sizeof sysctl->before - 1);
    if (got < 0)
        error = -errno;
    else
        sysctl->before[got] = 0;
    if (got > 0 && sysctl->before[got - 1] == '\n')
        sysctl->before[got - 1] = 0;
    if (error == 0 && sysctl->write && strcmp(sysctl->before, sysctl->wanted) != 0) {
        size_t size = strlen(sysctl->wanted);
        if (pwrite(fd, sysctl->wanted, size, 0) != (ssize_t)size)
            error = -errno;
    }
    close(fd);
    return error;
}

static void apply_all(struct netns_job *job)
{
    for (size_t i = 0; i < job->sysctl_count; i++)
        job->sysctls[i].error = apply(&job->sysctls[i]);
}

/* A new namespace numbers its links upwards: lo is 1, and modules may have added tunnels. */
static int next_index(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), index = 1;
    if (fd < 0)
        return -errno;
    for (struct ifreq request = {.ifr_ifindex = 1}; ioctl(fd, SIOCGIFNAME, &request) == 0;)
        request.ifr_ifindex = ++index;
    close(fd);
    return index;
}

static void open_all(struct netns_job *job)
{
    for (size_t i = 0; i < job->socket_count && job->task.error == 0; i++) {
        int *kind = &job->sockets[3 * i];
        int fd = netns_socket(kind[0], kind[1], kind[2]);
        if (fd < 0)
            job->task.error = fd;
        else
            job->fds[i] = fd;
    }
}

static void create_run(struct netns_task *task)
{
    struct netns_job *job = job_of(task);
    job->nsfd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (job->nsfd < 0) {
        task->error = -errno;
        return;
    }
    job->next_index = next_index();
    apply_all(job);
    open_all(job);
}

static void sysctl_run(struct netns_task *task)
{
    apply_all(job_of(task));
}

static void open_run(struct netns_task *task)
{
    open_all(job_of(task));
}

static void netns_job_run(struct job *base)
{
    netns_run(&((struct netns_job *)base)->task);
}

/* Descriptors that did not reach JavaScript are closed. */
static void netns_job_drop(struct job *base)
{
    struct netns_job *job = (struct netns_job *)base;
    if (job->nsfd >= 0)
        close(job->nsfd);
    for (size_t i = 0; i < SOCKETS; i++) {
        if (job->fds[i] >= 0)
            close(job->fds[i]);
    }
    free(job);
}

static napi_value fds_value(napi_env env, struct job *base)
{
    struct netns_job *job = (struct netns_job *)base;
    napi_value result;
    uint32_t at = 0;
    if (job->task.error < 0)
        return arg_int(env, job->task.error);
    for (size_t i = 0; i < job->sysctl_count; i++) {
        if (job->sysctls[i].error == 0)
            continue;
        napi_create_array_with_length(env, 2, &result);
        napi_set_element(env, result, 0, arg_int(env, job->sysctls[i].error));
        napi_set_element(env, result, 1, arg_int(env, (int64_t)i));
        return result;
    }
    napi_create_array(env, &result);
    if (job->task.fresh) {
        napi_set_element(env, result, at++, arg_int(env, job->nsfd));
        napi_set_element(env, result, at++, arg_int(env, job->next_index));
        job->nsfd = -1;
    }
    for (size_t i = 0; i < job->socket_count; i++) {
        napi_set_element(env, result, at++, arg_int(env, job->fds[i]));
        job->fds[i] = -1;
    }
    return result;
}

static napi_value sysctl_value(napi_env env, struct job *base)
{
    struct netns_job *job = (struct netns_job *)base;
    napi_value result, item;
    if (job->task.error < 0)
        return arg_int(env, job->task.error);
    napi_create_array(env, &result);
    for (uint32_t i = 0; i < job->sysctl_count; i++) {
        struct sysctl *sysctl = &job->sysctls[i];
        if (sysctl->error < 0)
            item = arg_int(env, sysctl->error);
        else
            napi_create_string_utf8(env, sysctl->before, NAPI_AUTO_LENGTH, &item);
        napi_set_element(env, result, i, item);
    }
    return result;
}

/* pairs: [name, value or null, ...] below /proc/sys/net; sockets: [family, type, protocol, ...] */
static struct netns_job *new_job(napi_env env, napi_value pairs, napi_value sockets)
{
    uint32_t length = 0;
    if (!arg_is_nil(env, pairs) &&
        (napi_get_array_length(env, pairs, &length) != napi_ok || length % 2 != 0 || length > 2 * SYSCTLS))
        return NULL;
    struct netns_job *job = calloc(1, sizeof *job + length / 2 * sizeof(struct sysctl));
    if (job == NULL)
        return NULL;
    job->nsfd = -1;
    memset(job->fds, 0xff, sizeof job->fds);
    job->sysctl_count = length / 2;
    size_t numbers = 0;
    bool valid = arg_is_nil(env, sockets) || arg_ints(env, sockets, job->sockets, SOCKETS * 3, &numbers);
    job->socket_count = numbers / 3;
    for (uint32_t i = 0; i < job->sysctl_count && valid; i++) {
        struct sysctl *sysctl = &job->sysctls[i];
        napi_value name, value;
        napi_get_element(env, pairs, 2 * i, &name);
        napi_get_element(env, pairs, 2 * i + 1, &value);
        sysctl->write = !arg_is_nil(env, value);
        valid = arg_text(env, name, sysctl->name, sizeof sysctl->name) && strstr(sysctl->name, "..") == NULL &&
                (!sysctl->write || arg_text(env, value, sysctl->wanted, sizeof sysctl->wanted));
    }
    if (!valid) {
        free(job);
        return NULL;
    }
    job->job = (struct job){.run = netns_job_run, .value = fds_value, .drop = netns_job_drop};
    return job;
}

/* netnsCreate(lane, pairs, sockets): resolves with [nsfd, next link index, fds ...], -errno, or [-errno, pair] */
static napi_value netns_create(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    struct lane *lane = arg_get(env, info, 3, argv) ? lane_from(env, argv[0]) : NULL;
    struct netns_job *job = lane == NULL ? NULL : new_job(env, argv[1], argv[2]);
    if (job == NULL)
        return arg_int(env, -EINVAL);
    job->task = (struct netns_task){.fresh = true, .nsfd = -1, .run = create_run};
    return lane_submit(env, lane, &job->job);
}

/* netnsSockets(lane, nsfd, sockets): resolves with [fds ...] in that namespace (-1: the caller's) or -errno */
static napi_value netns_sockets(napi_env env, napi_callback_info info)
{
    napi_value argv[3], none;
    int32_t nsfd;
    struct lane *lane = arg_get(env, info, 3, argv) ? lane_from(env, argv[0]) : NULL;
    napi_get_undefined(env, &none);
    if (lane == NULL || !arg_i32(env, argv[1], &nsfd))
        return arg_int(env, -EINVAL);
    struct netns_job *job = new_job(env, none, argv[2]);
    if (job == NULL)
        return arg_int(env, -EINVAL);
    job->task = (struct netns_task){.nsfd = nsfd, .run = open_run};
    return lane_submit(env, lane, &job->job);
}

/* netnsSysctl(lane, nsfd, pairs): resolves with what each was before, or -errno in its place; or -errno */
static napi_value netns_sysctl(napi_env env, napi_callback_info info)
{
    napi_value argv[3], none;
    int32_t nsfd;
    struct lane *lane = arg_get(env, info, 3, argv) ? lane_from(env, argv[0]) : NULL;
    napi_get_undefined(env, &none);
    if (lane == NULL || !arg_i32(env, argv[1], &nsfd))
        return arg_int(env, -EINVAL);
    struct netns_job *job = new_job(env, argv[2], none);
    if (job == NULL)
        return arg_int(env, -EINVAL);
    job->job.value = sysctl_value;
    job->task = (struct netns_task){.nsfd = nsfd, .run = sysctl_run};
    return lane_submit(env, lane, &job->job);
}

const struct export netns_exports[] = {
    {"netnsCreate", netns_create},
    {"netnsSockets", netns_sockets},
    {"netnsSysctl", netns_sysctl},
    {NULL, NULL},
};
