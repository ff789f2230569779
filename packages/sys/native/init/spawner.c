/*
 * The spawner: takes plans from Node, clones, waits and relays. Nothing here waits for one launch.
 */
#include "spawner.h"

#include <signal.h>

static int signal_fd;

/* A request of Node. The end of its socket is the end of everything: the guard kills what was attached. */
static void from_node(void)
{
    int *fds;
    uint32_t count;
    long size = message_receive(NODE_FD, &fds, &count);
    if (size == -EINTR || size == -EAGAIN)
        return;
    if (size < (long)sizeof message.head)
        sys_exit(0);
    message_launch(NODE_FD, size, fds, count);
}

_Noreturn void spawner_main(void)
{
    struct epoll_event events[64];
    uint64_t child = 1ULL << (SIGCHLD - 1);
    int poll_fd = launches_open();
    signal_fd = (int)sys_4(SYS_signalfd4, -1, &child, 8, O_CLOEXEC | O_NONBLOCK);
    if (poll_fd < 0 || signal_fd < 0)
        sys_exit(71);
    launches_watch(NODE_FD, WATCH_NODE);
    launches_watch(signal_fd, WATCH_CHILDREN);
    for (;;) {
        long count = sys_6(SYS_epoll_pwait, poll_fd, events, 64, -1, NULL, 8);
        bool reap = false;
        for (long i = 0; i < count; i++) {
            uint64_t source = events[i].data.u64;
            if (source == WATCH_NODE)
                from_node();
            else if (source == WATCH_CHILDREN)
                reap = true;
            else
                launch_event(source);
        }
        if (reap) {
            char info[128];
            while (sys_3(SYS_read, signal_fd, info, sizeof info) > 0)
                ;
            launches_reap();
        }
    }
}
