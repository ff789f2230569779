#include "init.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static int barrier(uint32_t number)
{
    struct report report = {.type = R_BARRIER, .id = self.id, .op = self.op, .value = number};
    report_send(self.status, &report, -1);
    int result = await_continue();
    if (result < 0)
        sys_exit(127); /* Node knows why */
    return 0;
}

int op_barrier(const struct op *op)
{
    return barrier((uint32_t)op->a);
}

int op_wait(const struct op *op)
{
    int fd = fd_of(op->fd), listening = 0;
    unsigned size = sizeof listening;
    char bytes[8];
    if (op->fd < 0)
        return barrier((uint32_t)op->a);
    struct report report = {.type = R_BARRIER, .id = self.id, .op = self.op, .value = (uint32_t)op->a};
    report_send(self.status, &report, -1);
    if (sys_5(SYS_getsockopt, fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening) {
        int peer = (int)sys_4(SYS_accept4, fd, NULL, NULL, SOCK_CLOEXEC);
        if (peer < 0)
            return peer;
        sys_close(fd);
        sys_close(self.status);
        self.status = peer;
        return await_continue();
    }
    long got;
    while ((got = sys_3(SYS_read, fd, bytes, sizeof bytes)) == -EINTR)
        ;
    sys_close(fd);
    return got > 0 ? 0 : got < 0 ? (int)got : -EPIPE;
}

static struct {
    char text[REPORT_DETAIL];
    size_t size;
} kept;

/* Takes what a hook has written and keeps the beginning; false when nobody can write any more. */
static bool keep_output(int fd)
{
    char rest[4096];
    size_t room = sizeof kept.text - 1 - kept.size;
    long size = room > 0 ? sys_3(SYS_read, fd, kept.text + kept.size, room) : sys_3(SYS_read, fd, rest, sizeof rest);
    if (size > 0 && room > 0)
        kept.size += (size_t)size;
    return size > 0 || size == -EINTR;
}

/*
 * Waits for the end of a hook, at most so many milliseconds unless 0, and reads what it writes, for a pipe is full at
 * some time. */
static int hook_wait(int pidfd, int output, uint64_t limit)
{
    struct pollfd both[2] = {{pidfd, POLLIN, 0}, {output, POLLIN, 0}};
    uint64_t deadline = limit == 0 ? 0 : now_ns(1) + limit * 1000000;
    for (;;) {
        uint64_t now = limit == 0 ? 0 : now_ns(1);
        int left = limit == 0 ? -1 : now >= deadline ? 0 : (int)((deadline - now) / 1000000 + 1);
        int ready = sys_poll(both, 2, left);
        if (ready == 0)
            return -ETIMEDOUT;
        if (ready < 0)
            continue;
        if (both[1].revents != 0 && !keep_output(output))
            both[1].fd = -1;
        if (both[0].revents != 0)
            return 0;
    }
}

_Noreturn static void hook_child(const struct op *op, int input, int output)
{
    sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
    sys_3(SYS_dup3, input, 0, 0);
    sys_3(SYS_dup3, output, 1, 0);
    sys_3(SYS_dup3, output, 2, 0);
    sys_3(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
    long result = sys_3(SYS_execve, blob(op->s[0]), array(op->s[1]), array(op->s[2]));
    sys_exit(result == -ENOENT ? 127 : 126);
}

int op_hook(const struct op *op)
{
    int input[2], output[2], pidfd = -1, status = 0;
    kept.size = 0;
    int result = (int)sys_2(SYS_pipe2, input, O_CLOEXEC);
    if (result == 0)
        result = (int)sys_2(SYS_pipe2, output, O_CLOEXEC);
    if (result < 0)
        return result;
    /* At most 60 KiB, less than a pipe holds, so that the write cannot wait. */
    if (op->s[3] != 0)
        sys_3(SYS_write, input[1], blob(op->s[3]), blob_size(op->s[3]));
    sys_close(input[1]);
    /* Not clone3(2): a seccomp filter loaded before may refuse it, because it cannot see its flags. */
    int pid = (int)sys_5(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &pidfd, 0, 0);
    if (pid == 0)
        hook_child(op, input[0], output[1]);
    sys_close(input[0]);
    sys_close(output[1]);
    if (pid > 0) {
        result = hook_wait(pidfd, output[0], op->a);
        if (result < 0)
            sys_kill(pid, SIGKILL);
        sys_wait4(pid, &status, __WALL, NULL);
        sys_close(pidfd);
    } else {
        result = pid;
    }
    sys_close(output[0]);
    if (kept.size > 0) {
        kept.text[kept.size] = '\0';
        self.detail = kept.text;
    }
    if (result == 0 && status != 0)
        result = WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -ENOENT : -ECANCELED;
    return result;
}
