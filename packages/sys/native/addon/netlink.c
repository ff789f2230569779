#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "args.h"
#include "lane.h"

#define RECEIVE_SIZE (64 << 10)
#define REPLY_LIMIT (64 << 20)

/* One send and its answers: a buffer, or a negative errno. */
struct step {
    int fd;
    int result; /* 1: not begun */
    uint8_t *request, *reply;
    size_t request_size, reply_size;
};

struct transact_job {
    struct job job;
    size_t count;
    struct step steps[];
};

/* Whether the kernel refused a message: NLMSG_ERROR, or the end of a dump, with an errno. */
static bool refused(const uint8_t *data, size_t size)
{
    for (size_t at = 0; at + sizeof(struct nlmsghdr) <= size;) {
        struct nlmsghdr header;
        int error;
        memcpy(&header, data + at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > size - at)
            return true;
        if ((header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) &&
            header.nlmsg_len >= sizeof header + sizeof error) {
            memcpy(&error, data + at + sizeof header, sizeof error);
            if (error < 0)
                return true;
        }
        at += NLMSG_ALIGN(header.nlmsg_len);
    }
    return false;
}

/*
 * The kernel works inside send(2) and has queued every answer when it returns; a dump is continued inside
 * recvmsg(2). So the answers are complete when the socket is empty, and nothing here waits for a wake-up.
 */
static int run_step(struct step *step, uint8_t *scratch)
{
    ssize_t sent;
    do
        sent = send(step->fd, step->request, step->request_size, 0);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return -errno;
    for (;;) {
        struct sockaddr_nl from = {0};
        struct iovec part = {.iov_base = scratch, .iov_len = RECEIVE_SIZE};
        struct msghdr message = {
            .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
        ssize_t got = recvmsg(step->fd, &message, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN ? 0 : -errno;
        if (message.msg_flags & MSG_TRUNC)
            return -EMSGSIZE;
        if (got == 0 || from.nl_pid != 0)
            continue;
        if (step->reply_size + (size_t)got > REPLY_LIMIT)
            return -EMSGSIZE;
        uint8_t *grown = realloc(step->reply, step->reply_size + (size_t)got);
        if (grown == NULL)
            return -ENOMEM;
        memcpy(grown + step->reply_size, scratch, (size_t)got);
        step->reply = grown;
        step->reply_size += (size_t)got;
    }
}

static void transact_run(struct job *base)
{
    struct transact_job *job = (struct transact_job *)base;
    uint8_t *scratch = malloc(RECEIVE_SIZE);
    for (size_t i = 0; i < job->count; i++) {
        struct step *step = &job->steps[i];
        step->result = scratch == NULL ? -ENOMEM : run_step(step, scratch);
        if (step->result < 0 || refused(step->reply, step->reply_size))
            break;
    }
    free(scratch);
}

static napi_value transact_value(napi_env env, struct job *base)
{
    struct transact_job *job = (struct transact_job *)base;
    napi_value result;
    napi_create_array(env, &result);
    for (uint32_t i = 0; i < job->count && job->steps[i].result != 1; i++) {
        struct step *step = &job->steps[i];
        napi_value item = step->result < 0 ? arg_int(env, step->result) : arg_buffer(env, step->reply, step->reply_size);
        napi_set_element(env, result, i, item);
    }
    return result;
}

static void transact_drop(struct job *base)
{
    struct transact_job *job = (struct transact_job *)base;
    for (size_t i = 0; i < job->count; i++) {
        free(job->steps[i].request);
        free(job->steps[i].reply);
    }
    free(job);
}

/*
 * netlinkTransact(lane, [fd, request, fd, request, ...]): sends each request and drains its answers, in order, until
 * the kernel refuses a message. Resolves with an array as long as the steps that ran: a buffer of answers, or -errno.
 */
static napi_value netlink_transact(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    uint32_t length = 0;
    struct lane *lane = arg_get(env, info, 2, argv) ? lane_from(env, argv[0]) : NULL;
    if (lane == NULL || napi_get_array_length(env, argv[1], &length) != napi_ok || length % 2 != 0)
        return arg_int(env, -EINVAL);
    struct transact_job *job = calloc(1, sizeof *job + length / 2 * sizeof(struct step));
    if (job == NULL)
        return arg_int(env, -ENOMEM);
    job->job = (struct job){.run = transact_run, .value = transact_value, .drop = transact_drop};
    job->count = length / 2;
    for (uint32_t i = 0; i < job->count; i++) {
        struct step *step = &job->steps[i];
        napi_value fd, request;
        uint8_t *bytes;
        napi_get_element(env, argv[1], 2 * i, &fd);
        napi_get_element(env, argv[1], 2 * i + 1, &request);
        step->result = 1;
        if (!arg_i32(env, fd, &step->fd) || !arg_bytes(env, request, &bytes, &step->request_size) ||
            (step->request = malloc(step->request_size)) == NULL) {
            transact_drop(&job->job);
            return arg_int(env, -EINVAL);
        }
        memcpy(step->request, bytes, step->request_size);
    }
    return lane_submit(env, lane, &job->job);
}

const struct export netlink_exports[] = {
    {"netlinkTransact", netlink_transact},
    {NULL, NULL},
};
