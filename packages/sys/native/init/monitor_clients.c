/* Those who speak with the monitor: its starter, and whoever connects to the socket in its directory. */
#include "monitor.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/un.h>

static struct client {
    int fd;
    bool used, starter, greeted;
} clients[MAX_CLIENTS];
static uint32_t clients_used;

int listener = -1;
static int socket_directory = -1;
bool starter_detached;

/* In the directory, whatever its path: a socket's name has 107 bytes at most. */
int listener_open(int directory)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = MONITOR_SOCKET};
    int fd = (int)sys_3(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int result = fd < 0 ? fd : (int)sys_1(SYS_fchdir, directory);
    if (result >= 0) {
        long mask = sys_1(SYS_umask, 0177);
        result = (int)sys_3(SYS_bind, fd, &name, sizeof name);
        sys_1(SYS_umask, mask);
    }
    if (result >= 0)
        result = (int)sys_2(SYS_listen, fd, 128);
    sys_1(SYS_chdir, "/");
    if (result < 0) {
        close_fd(&fd);
    } else {
        listener = fd;
        socket_directory = directory;
    }
    return result;
}

void listener_close(void)
{
    if (listener < 0)
        return;
    sys_3(SYS_unlinkat, socket_directory, MONITOR_SOCKET, 0);
    close_fd(&listener);
    listener = -1;
}

void client_add(int fd, bool starter)
{
    uint32_t index = 0;
    while (index < clients_used && clients[index].used)
        index++;
    if (index == MAX_CLIENTS) {
        sys_close(fd);
        return;
    }
    if (index == clients_used)
        clients_used++;
    clients[index] = (struct client){fd, true, starter, false};
}

/* unix(7) SO_PEERCRED: the socket's mode lets nobody else connect, but a directory can be handed around. */
void listener_ready(void)
{
    struct {
        int32_t pid;
        uint32_t uid, gid;
    } peer = {0, ~0u, ~0u};
    unsigned size = sizeof peer;
    int fd = (int)sys_4(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    long result = sys_5(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    if (result < 0 || (peer.uid != 0 && peer.uid != (uint32_t)sys_0(SYS_geteuid)))
        sys_close(fd);
    else
        client_add(fd, false);
}

void clients_poll(void)
{
    if (listener >= 0)
        poll_add(listener, POLLIN, FROM_LISTENER, 0);
    for (uint32_t i = 0; i < clients_used; i++)
        if (clients[i].used)
            poll_add(clients[i].fd, POLLIN, FROM_CLIENT, i);
}

void clients_tell(struct report *report)
{
    for (uint32_t i = 0; i < clients_used; i++)
        if (clients[i].used && clients[i].greeted)
            report_send(clients[i].fd, report, -1);
}

/* What it attached goes with it; what it started runs on, unless it does not run yet. */
static void client_lost(struct client *client)
{
    detach_client(client->fd);
    for (uint32_t i = 0; i < slots_used; i++) {
        if (slots[i].id == 0 || slots[i].to != client->fd)
            continue;
        slots[i].to = -1;
        if (slots[i].status >= 0 && &slots[i] != container)
            slot_kill(&slots[i]);
    }
    sys_close(client->fd);
    client->used = false;
    if (client->starter && !starter_detached)
        monitor_abort();
}

static void answer(const struct client *client, int error)
{
    struct report report = {.type = R_DONE, .id = message.head.id, .error = error < 0 ? -error : 0};
    if (message.head.type == Q_ATTACH) {
        report.value = log_number;
        report.user_us = log_size;
    }
    report_send(client->fd, &report, -1);
}

static void hello(struct client *client)
{
    struct report report = {
        .type = R_HELLO,
        .id = message.head.id,
        .pid = record.pid,
        .op = record.monitor,
        .value = MONITOR_ABI,
        .final = record.phase,
        .error = (has_terminal ? HELLO_TTY : 0) | (stdin_fd >= 0 ? HELLO_STDIN : 0) | (log_wanted ? HELLO_LOG : 0),
        .max_rss_kib = (uint32_t)record.status,
        .user_us = log_number,
        .system_us = log_size,
    };
    client->greeted = true;
    report_send(client->fd, &report, -1);
}

static int signal_container(int number)
{
    if (container == NULL || ended || container->pid <= 0 || number < 0 || number > 64)
        return number < 0 || number > 64 ? -EINVAL : -ESRCH;
    return sys_kill(container->pid, number);
}

/* The starter's own requests. The descriptors are taken. */
static bool serve_starter(struct client *client, int *fds, uint32_t count)
{
    const struct monitor_config *config = (const struct monitor_config *)message.payload;
    int result;
    switch (message.head.type) {
    case Q_MONITOR:
        result = message.head.size == sizeof *config ? monitor_configure(config, fds, count) : -EINVAL;
        if (result < 0)
            answer(client, result);
        else
            hello(client);
        return true;
    case Q_DETACH:
        starter_detached = true;
        answer(client, 0);
        return true;
    case Q_HOLD:
        return true; /* they stay open, no table is needed */
    case Q_OOM:
        if (count == 1)
            monitor_oom(fds[0]);
        return true;
    }
    return false;
}

static bool serve(struct client *client, int *fds, uint32_t count)
{
    switch (message.head.type) {
    case Q_HELLO:
        hello(client);
        return false;
    case Q_ATTACH:
        answer(client, attach(client->fd, message.head.id, (uint32_t)message.head.value, fds, count));
        return true;
    case Q_UNATTACH:
        detach(client->fd, message.head.id);
        return false;
    case Q_RESIZE:
        answer(client, stream_resize((uint32_t)message.head.value));
        return false;
    case Q_SIGNAL:
        answer(client, signal_container(message.head.value));
        return false;
    }
    return false;
}

/* The starter's first launch is the container, all others are executed in it. False: the descriptors are not taken. */
static bool client_start(struct client *client, uint32_t size, int *fds, uint32_t count)
{
    bool in_memfd = message.head.type == Q_START_MEMFD;
    if (ended || (!begun && !client->starter)) {
        launch_refuse(client->fd, message.head.id, -ESRCH, "the container has ended");
        return false;
    }
    starting = !begun;
    begun = true;
    struct slot *slot =
        launch_start(client->fd, in_memfd ? message.head.size : size - sizeof message.head, fds, count, in_memfd);
    if (starting && slot == NULL)
        monitor_failed(OP_INDEX_CLONE, 0);
    if (starting)
        container = slot;
    starting = false;
    /* The plan's pages go back. */
    sys_3(SYS_madvise, &message, PLAN_INLINE_MAX, MADV_DONTNEED);
    return true;
}

void client_ready(uint32_t index)
{
    struct client *client = &clients[index];
    int *fds;
    uint32_t count;
    if (!client->used)
        return;
    long size = message_receive(client->fd, &fds, &count);
    if (size == -EINTR || size == -EAGAIN)
        return;
    bool refused = size >= (long)sizeof message.head && !client->starter && !client->greeted &&
                   (message.head.type != Q_HELLO || message.head.value != MONITOR_ABI);
    bool taken = false;
    if (size < (long)sizeof message.head || refused) {
        if (refused)
            hello(client); /* tells the version */
        client_lost(client);
    } else if (message.head.type == Q_START || message.head.type == Q_START_MEMFD) {
        taken = client_start(client, (uint32_t)size, fds, count);
    } else {
        taken = !message_launch(client->fd, size, fds, count) &&
                ((client->starter && serve_starter(client, fds, count)) || serve(client, fds, count));
    }
    for (uint32_t i = 0; !taken && i < count; i++)
        sys_close(fds[i]);
}
