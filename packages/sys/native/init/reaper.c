/*
 * The small init of a container: stays as pid 1 above the program, forwards signals to it, reaps what is orphaned, and
 * ends as the program has ended. It is this very process, so nothing of the host is put into the container; what it has in
 * its memory of other launches is dropped, for whoever is root in there may read it.
 */
#include "spawner.h"

#include <asm/ioctls.h>
#include <signal.h>
#include <sys/wait.h>

/* A program on a terminal gets a process group of its own in the foreground: keys reach it, and not pid 1 as well. */
static void take_terminal(void)
{
    int32_t group = 0;
    if (sys_3(SYS_ioctl, 0, TIOCGPGRP, &group) < 0)
        return;
    uint64_t ttou = 1ULL << (SIGTTOU - 1), old;
    sys_2(SYS_setpgid, 0, 0);
    group = (int32_t)sys_0(SYS_getpid);
    sys_4(SYS_rt_sigprocmask, SIG_BLOCK, &ttou, &old, 8);
    sys_3(SYS_ioctl, 0, TIOCSPGRP, &group);
    sys_4(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
}

static _Noreturn void reap(int program, const uint64_t *signals)
{
    for (;;) {
        int status, pid;
        while ((pid = sys_wait4(-1, &status, WNOHANG | __WALL, NULL)) > 0)
            if (pid == program)
                sys_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
        int number = (int)sys_4(SYS_rt_sigtimedwait, signals, NULL, NULL, 8);
        if (number > 0 && number != SIGCHLD)
            sys_2(SYS_kill, program, number);
    }
}

/* Returns in the program's process only: 0, or -errno in the one process there still is. */
int reaper_split(void)
{
    uint64_t signals = ~0ULL, old;
    sys_4(SYS_rt_sigprocmask, SIG_SETMASK, &signals, &old, 8);
    int pid = (int)sys_5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid > 0) {
        sys_3(SYS_close_range, 3, ~0U, 0);
        launches_forget();
        reap(pid, &signals);
    }
    if (pid == 0)
        take_terminal();
    sys_4(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
    return pid;
}
