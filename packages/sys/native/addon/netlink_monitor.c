#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "args.h"
#include "thread.h"

/* A thread that reads the events of a netlink socket; JavaScript is called with a buffer, or -errno (ENOBUFS: events
 * were lost). */
struct monitor {
    int fd, stop;
    pthread_t thread;
    bool joined;
    unsigned owners; /* the external and the threadsafe function */
    napi_threadsafe_function report;
};

struct event {
    int error;
    size_t size;
    uint8_t data[];
};

static const napi_type_tag monitor_tag = {0x3c9a1d7ec0ffe002ULL, 0x52b7f0d4c0feda02ULL};

static void *watch(void *data)
{
    struct monitor *monitor = data;
    static const size_t size = 64 << 10;
    uint8_t *scratch = malloc(size);
    for (;;) {
        struct pollfd wait[2] = {{.fd = monitor->fd, .events = POLLIN}, {.fd = monitor->stop, .events = POLLIN}};
        if (scratch == NULL || (poll(wait, 2, -1) < 0 && errno != EINTR) || wait[1].revents != 0)
            break;
        struct sockaddr_nl from = {0};
        socklen_t length = sizeof from;
        ssize_t got = recvfrom(monitor->fd, scratch, size, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got >= 0 && from.nl_pid != 0)
            continue;
        struct event *event = malloc(sizeof *event + (got > 0 ? (size_t)got : 0));
        if (event == NULL)
            break;
        event->error = got < 0 ? -errno : 0;
        event->size = got > 0 ? (size_t)got : 0;
        if (got > 0)
            memcpy(event->data, scratch, (size_t)got);
        bool fatal = got < 0 && event->error != -ENOBUFS;
        if (napi_call_threadsafe_function(monitor->report, event, napi_tsfn_blocking) != napi_ok) {
            free(event);
            break;
        }
        if (fatal)
            break;
    }
    free(scratch);
    napi_release_threadsafe_function(monitor->report, napi_tsfn_release);
    return NULL;
}

static void deliver(napi_env env, napi_value callback, void *context, void *data)
{
    (void)context;
    struct event *event = data;
    if (env != NULL) {
        napi_value self, argument;
        napi_get_undefined(env, &self);
        argument = event->error < 0 ? arg_int(env, event->error) : arg_buffer(env, event->data, event->size);
        napi_call_function(env, self, callback, 1, &argument, NULL);
    }
    free(event);
}

static void stop_monitor(struct monitor *monitor)
{
    uint64_t one = 1;
    if (monitor->joined)
        return;
    monitor->joined = true;
    while (write(monitor->stop, &one, sizeof one) < 0 && errno == EINTR)
        ;
    pthread_join(monitor->thread, NULL);
}

static void on_environment_end(void *data)
{
    stop_monitor(data);
}

static void disown(struct monitor *monitor)
{
    if (--monitor->owners != 0)
        return;
    close(monitor->stop);
    free(monitor);
}

static void on_report_end(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    disown(data);
}

static void finalize(napi_env env, void *data, void *hint)
{
    (void)hint;
    struct monitor *monitor = data;
    if (!monitor->joined)
        napi_remove_env_cleanup_hook(env, on_environment_end, monitor);
    stop_monitor(monitor);
    disown(monitor);
}

/* Only messages of one type reach the socket: the load is big endian, the header is not. */
static int accept_type(int fd, uint16_t type)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __builtin_bswap16(type), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    code[1].k = type;
#endif
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ? -errno : 0;
}

/*
 * netlinkMonitor(fd, groups, type, callback): joins the multicast groups and starts the thread; type 0 lets every
 * message through. The socket stays the caller's, to be closed after netlinkMonitorStop.
 */
static napi_value netlink_monitor(napi_env env, napi_callback_info info)
{
    napi_value argv[4], name, external;
    int32_t fd;
    uint32_t type;
    int groups[32];
    size_t count;
    if (!arg_get(env, info, 4, argv) || !arg_i32(env, argv[0], &fd) || !arg_ints(env, argv[1], groups, 32, &count) ||
        !arg_u32(env, argv[2], &type))
        return arg_int(env, -EINVAL);
    int error = type == 0 ? 0 : accept_type(fd, (uint16_t)type);
    for (size_t i = 0; i < count && error == 0; i++) {
        if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof groups[i]) < 0)
            error = -errno;
    }
    if (error < 0)
        return arg_int(env, error);
    struct monitor *monitor = calloc(1, sizeof *monitor);
    if (monitor == NULL)
        return arg_int(env, -ENOMEM);
    monitor->fd = fd;
    monitor->stop = eventfd(0, EFD_CLOEXEC);
    napi_create_string_utf8(env, "cofferdam netlink monitor", NAPI_AUTO_LENGTH, &name);
    if (monitor->stop < 0 || napi_create_threadsafe_function(env, argv[3], NULL, name, 0, 1, monitor, on_report_end,
                                                             monitor, deliver, &monitor->report) != napi_ok) {
        if (monitor->stop >= 0)
            close(monitor->stop);
        free(monitor);
        return arg_int(env, -ENOMEM);
    }
    monitor->owners = 1;
    napi_unref_threadsafe_function(env, monitor->report);
    error = thread_start(&monitor->thread, watch, monitor);
    if (error != 0) {
        monitor->joined = true;
        napi_release_threadsafe_function(monitor->report, napi_tsfn_abort);
        return arg_int(env, error);
    }
    monitor->owners = 2;
    napi_add_env_cleanup_hook(env, on_environment_end, monitor);
    napi_create_external(env, monitor, finalize, NULL, &external);
    napi_type_tag_object(env, external, &monitor_tag);
    return external;
}

static napi_value netlink_monitor_stop(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    bool ours = false;
    void *data = NULL;
    if (!arg_get(env, info, 1, argv) || napi_check_object_type_tag(env, argv[0], &monitor_tag, &ours) != napi_ok ||
        !ours || napi_get_value_external(env, argv[0], &data) != napi_ok)
        return arg_int(env, -EINVAL);
    struct monitor *monitor = data;
    if (!monitor->joined)
        napi_remove_env_cleanup_hook(env, on_environment_end, monitor);
    stop_monitor(monitor);
    return arg_int(env, 0);
}

const struct export monitor_exports[] = {
    {"netlinkMonitor", netlink_monitor},
    {"netlinkMonitorStop", netlink_monitor_stop},
    {NULL, NULL},
};
