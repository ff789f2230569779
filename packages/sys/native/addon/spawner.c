#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "args.h"
#include "plan.h"
#include "program.h"
#include "thread.h"

/*
 * The connection to a spawner. A native thread receives its reports; JavaScript gets them in batches, one call for all
 * that have arrived. Requests are sent directly: they do not wait.
 */
struct received {
    struct report report;
    int fd;
};

struct spawner {
    napi_threadsafe_function deliver;
    pthread_t thread;
    pthread_mutex_t lock;
    struct received *queue;
    size_t count, size;
    int socket;
    pid_t pid;
    unsigned owners;
    bool joined;
    bool forks; /* a monitor: the child only forks it and ends */
};

static const napi_type_tag spawner_tag = {0x7f1f4a5ec0ffe002ULL, 0x9b7a3d11c0feda02ULL};
enum { REPORT_LOST = 100, REPORT_FIELDS = 12 };

static void push(struct spawner *spawner, const struct report *report, int fd)
{
    pthread_mutex_lock(&spawner->lock);
    bool first = spawner->count == 0;
    if (spawner->count == spawner->size) {
        size_t size = spawner->size == 0 ? 16 : spawner->size * 2;
        void *bigger = realloc(spawner->queue, size * sizeof *spawner->queue);
        if (bigger == NULL)
            abort();
        spawner->queue = bigger;
        spawner->size = size;
    }
    spawner->queue[spawner->count].report = *report;
    spawner->queue[spawner->count++].fd = fd;
    pthread_mutex_unlock(&spawner->lock);
    if (first)
        napi_call_threadsafe_function(spawner->deliver, NULL, napi_tsfn_nonblocking);
}

static void await_child(struct spawner *spawner)
{
    while (spawner->pid > 0 && waitpid(spawner->pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
    spawner->pid = 0;
}

static void *receive(void *data)
{
    struct spawner *spawner = data;
    struct report report;
    if (spawner->forks)
        await_child(spawner);
    for (;;) {
        union {
            struct cmsghdr head;
            char space[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec part = {&report, sizeof report};
        struct msghdr header = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        memset(&report, 0, sizeof report);
        ssize_t size = recvmsg(spawner->socket, &header, MSG_CMSG_CLOEXEC);
        /* ECONNRESET: the other end left a request unread; what it has sent comes after this. */
        if (size < 0 && (errno == EINTR || errno == ECONNRESET))
            continue;
        if (size <= 0)
            break;
        int fd = -1;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        if (rights != NULL && rights->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(rights), sizeof fd);
        push(spawner, &report, fd);
    }
    /* Our end goes too; the guard is there until all that was attached is gone. */
    shutdown(spawner->socket, SHUT_RDWR);
    await_child(spawner);
    memset(&report, 0, sizeof report);
    report.type = REPORT_LOST;
    push(spawner, &report, -1);
    napi_release_threadsafe_function(spawner->deliver, napi_tsfn_release);
    return NULL;
}

static void set_number(napi_env env, napi_value array, uint32_t index, double value)
{
    napi_value number;
    napi_create_double(env, value, &number);
    napi_set_element(env, array, index, number);
}

/* Calls JavaScript with one flat array: REPORT_FIELDS elements for each report. */
static void deliver(napi_env env, napi_value callback, void *context, void *data)
{
    (void)data;
    struct spawner *spawner = context;
    pthread_mutex_lock(&spawner->lock);
    struct received *queue = spawner->queue;
    size_t count = spawner->count;
    spawner->queue = NULL;
    spawner->count = spawner->size = 0;
    pthread_mutex_unlock(&spawner->lock);
    napi_value batch, detail, undefined;
    if (env != NULL && count > 0) {
        napi_create_array_with_length(env, count * REPORT_FIELDS, &batch);
        for (size_t i = 0; i < count; i++) {
            const struct report *r = &queue[i].report;
            uint32_t at = (uint32_t)(i * REPORT_FIELDS);
            const double fields[] = {
                r->type,  r->id,    r->pid,         r->op,           r->error,
                r->value, r->final, r->max_rss_kib, (double)r->user_us, (double)r->system_us,
                queue[i].fd,
            };
            for (uint32_t f = 0; f < REPORT_FIELDS - 1; f++)
                set_number(env, batch, at + f, fields[f]);
            napi_create_string_utf8(env, r->detail, strnlen(r->detail, REPORT_DETAIL), &detail);
            napi_set_element(env, batch, at + REPORT_FIELDS - 1, detail);
        }
        napi_get_undefined(env, &undefined);
        napi_call_function(env, undefined, callback, 1, &batch, NULL);
    } else {
        for (size_t i = 0; i < count; i++)
            if (queue[i].fd >= 0)
                close(queue[i].fd);
    }
    free(queue);
}

static void disown(struct spawner *spawner)
{
    if (--spawner->owners != 0)
        return;
    for (size_t i = 0; i < spawner->count; i++)
        if (spawner->queue[i].fd >= 0)
            close(spawner->queue[i].fd);
    free(spawner->queue);
    pthread_mutex_destroy(&spawner->lock);
    free(spawner);
}

static void on_deliver_end(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    disown(data);
}

static void stop(struct spawner *spawner)
{
    if (spawner->joined)
        return;
    spawner->joined = true;
    shutdown(spawner->socket, SHUT_RDWR);
    pthread_join(spawner->thread, NULL);
    close(spawner->socket);
}

static void on_environment_end(void *data)
{
    stop(data);
}

static void finalize(napi_env env, void *data, void *hint)
{
    (void)hint;
    struct spawner *spawner = data;
    if (!spawner->joined)
        napi_remove_env_cleanup_hook(env, on_environment_end, spawner);
    stop(spawner);
    disown(spawner);
}

static int connect_monitor(struct spawner *spawner, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    spawner->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (spawner->socket < 0)
        return -errno;
    /* Not blocking: the queue of one that is stopped may be full (EAGAIN). */
    if (connect(spawner->socket, (struct sockaddr *)&address, sizeof address) < 0 ||
        fcntl(spawner->socket, F_SETFL, 0) < 0) {
        int error = errno;
        close(spawner->socket);
        return -error;
    }
    return 0;
}

static int connect_spawner(struct spawner *spawner, const char *path, const char *role)
{
    int pair[2], size = 1 << 20;
    char *const argv[] = {"init", (char *)role, NULL};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    for (int i = 0; i < 2; i++)
        if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
            setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    int result = program_start(path, argv, pair[1], &spawner->pid);
    close(pair[1]);
    if (result < 0)
        close(pair[0]);
    spawner->socket = pair[0];
    return result;
}

/*
 * spawnerOpen(path, role, onReports): starts init in a role, `guard`, `detached` or `monitor`; with role `connect` the
 * path is the socket of a monitor. An external or -errno.
 */
static napi_value spawner_open(napi_env env, napi_callback_info info)
{
    napi_value argv[3], name, external;
    char path[ARG_PATH], role[16];
    if (!arg_get(env, info, 3, argv) || !arg_text(env, argv[0], path, sizeof path) ||
        !arg_text(env, argv[1], role, sizeof role))
        return arg_int(env, -EINVAL);
    struct spawner *spawner = calloc(1, sizeof *spawner);
    if (spawner == NULL)
        return arg_int(env, -ENOMEM);
    pthread_mutex_init(&spawner->lock, NULL);
    int result =
        strcmp(role, "connect") == 0 ? connect_monitor(spawner, path) : connect_spawner(spawner, path, role);
    if (result < 0) {
        free(spawner);
        return arg_int(env, result);
    }
    spawner->owners = 1;
    spawner->forks = strcmp(role, "monitor") == 0;
    napi_create_string_utf8(env, "cofferdam spawner", NAPI_AUTO_LENGTH, &name);
    napi_create_threadsafe_function(env, argv[2], NULL, name, 0, 1, spawner, on_deliver_end, spawner, deliver,
                                    &spawner->deliver);
    napi_unref_threadsafe_function(env, spawner->deliver);
    int error = thread_start(&spawner->thread, receive, spawner);
    if (error != 0) {
        close(spawner->socket);
        spawner->joined = true;
        napi_release_threadsafe_function(spawner->deliver, napi_tsfn_abort);
        return arg_int(env, error);
    }
    spawner->owners = 2;
    napi_add_env_cleanup_hook(env, on_environment_end, spawner);
    napi_create_external(env, spawner, finalize, NULL, &external);
    napi_type_tag_object(env, external, &spawner_tag);
    return external;
}

static struct spawner *spawner_from(napi_env env, napi_value value)
{
    bool ours = false;
    void *spawner = NULL;
    if (napi_check_object_type_tag(env, value, &spawner_tag, &ours) != napi_ok || !ours)
        return NULL;
    napi_get_value_external(env, value, &spawner);
    return spawner;
}

/* spawnerSend(spawner, type, id, value, size, plan or undefined, fds): 0 or -errno; -EAGAIN when its buffer is full */
static napi_value spawner_send(napi_env env, napi_callback_info info)
{
    napi_value argv[7];
    struct request request = {0};
    struct spawner *spawner;
    uint8_t *plan = NULL;
    size_t size = 0, count = 0;
    int fds[FD_MAX];
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(sizeof fds)];
    } control;
    if (!arg_get(env, info, 7, argv) || (spawner = spawner_from(env, argv[0])) == NULL ||
        !arg_u32(env, argv[1], &request.type) || !arg_u32(env, argv[2], &request.id) ||
        !arg_i32(env, argv[3], &request.value) || !arg_u32(env, argv[4], &request.size) ||
        (!arg_is_nil(env, argv[5]) && !arg_bytes(env, argv[5], &plan, &size)) ||
        !arg_ints(env, argv[6], fds, FD_MAX, &count))
        return arg_int(env, -EINVAL);
    if (spawner->joined)
        return arg_int(env, -EPIPE);
    struct iovec parts[2] = {{&request, sizeof request}, {plan, size}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = plan == NULL ? 1 : 2};
    if (count > 0) {
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    }
    ssize_t sent;
    while ((sent = sendmsg(spawner->socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return arg_int(env, sent < 0 ? -errno : 0);
}

/* spawnerRef(spawner, on): whether it keeps the event loop alive */
static napi_value spawner_ref(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    struct spawner *spawner;
    int32_t on;
    if (!arg_get(env, info, 2, argv) || (spawner = spawner_from(env, argv[0])) == NULL || !arg_i32(env, argv[1], &on))
        return arg_int(env, -EINVAL);
    if (on)
        napi_ref_threadsafe_function(env, spawner->deliver);
    else
        napi_unref_threadsafe_function(env, spawner->deliver);
    return arg_int(env, 0);
}

/* spawnerPid(spawner): of the guard (of the spawner when detached); 0 where it is no child */
static napi_value spawner_pid(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    struct spawner *spawner;
    if (!arg_get(env, info, 1, argv) || (spawner = spawner_from(env, argv[0])) == NULL)
        return arg_int(env, -EINVAL);
    return arg_int(env, spawner->pid);
}

/* spawnerShutdown(spawner): ends it without waiting; its last report follows */
static napi_value spawner_shutdown(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    struct spawner *spawner;
    if (!arg_get(env, info, 1, argv) || (spawner = spawner_from(env, argv[0])) == NULL)
        return arg_int(env, -EINVAL);
    return arg_int(env, !spawner->joined && shutdown(spawner->socket, SHUT_RDWR) < 0 ? -errno : 0);
}

const struct export spawner_exports[] = {
    {"spawnerOpen", spawner_open},
    {"spawnerSend", spawner_send},
    {"spawnerRef", spawner_ref},
    {"spawnerPid", spawner_pid},
    {"spawnerShutdown", spawner_shutdown},
    {NULL, NULL},
};
