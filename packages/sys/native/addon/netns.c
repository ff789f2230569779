#define _GNU_SOURCE
#include "netns.h"

#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

static void *enter(void *data)
{
    struct netns_task *task = data;
    if (task->fresh ? unshare(CLONE_NEWNET) < 0 : setns(task->nsfd, CLONE_NEWNET) < 0)
        task->error = -errno;
    else
        task->run(task);
    return NULL;
}

void netns_run(struct netns_task *task)
{
    pthread_t thread;
    if (!task->fresh && task->nsfd < 0) {
        task->run(task);
        return;
    }
    int error = pthread_create(&thread, NULL, enter, task);
    if (error != 0) {
        task->error = -error;
        return;
    }
    pthread_join(thread, NULL);
}

int netns_socket(int family, int type, int protocol)
{
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return -errno;
    if (family != AF_NETLINK)
        return fd;
    struct sockaddr_nl name = {.nl_family = AF_NETLINK};
    int on = 1, size = 4 << 20;
    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    if (bind(fd, (struct sockaddr *)&name, sizeof name) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}
