#include "init.h"

#include <signal.h>
#include <sys/wait.h>

static char children[65536];

static int own_pid(void)
{
    return (int)sys_0(SYS_getpid);
}

/* Sends SIGKILL to every child (proc_pid_children(5)); a child's own children become ours when it is gone. */
void kill_children(void)
{
    char path[64] = "self/task/";
    size_t length = 10 + text_decimal(path + 10, (unsigned)own_pid());
    memcpy(path + length, "/children", 10);
    cleanup_close int fd = sys_openat(PROC_FD, path, O_RDONLY, 0);
    long size = fd < 0 ? 0 : sys_3(SYS_read, fd, children, sizeof children);
    int pid = 0;
    for (long i = 0; i < size; i++) {
        if (children[i] >= '0' && children[i] <= '9') {
            pid = pid * 10 + (children[i] - '0');
        } else if (pid > 0) {
            sys_kill(pid, SIGKILL);
            pid = 0;
        }
    }
}

bool kill_descendants(int pid, int *status, struct rusage *usage)
{
    bool found = false;
    int options = __WALL;
    for (;;) {
        kill_children();
        for (;;) {
            int ended_status;
            struct rusage ended_usage;
            int ended = sys_wait4(-1, &ended_status, options, &ended_usage);
            if (ended == -EINTR)
                continue;
            if (ended < 0)
                return found;
            if (ended == 0)
                break;
            if (ended == pid) {
                found = true;
                *status = ended_status;
                *usage = ended_usage;
            }
            options = __WALL | WNOHANG;
        }
        options = __WALL;
    }
}
