/*
 * Without a pid namespace the descendants of a process cannot be told from others once they daemonise. So a keeper, a
 * subreaper of its own, stands above such a process: what daemonises becomes its child, and SIGTERM makes it kill all.
 */
#include "init.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static int next_signal(void)
{
    uint64_t set = 1ULL << (SIGCHLD - 1) | 1ULL << (SIGTERM - 1);
    return (int)sys_4(SYS_rt_sigtimedwait, &set, NULL, NULL, 8);
}

static void report_exit(uint32_t type, int status, const struct rusage *usage, bool final)
{
    struct report report = {
        .type = type,
        .id = self.id,
        .value = (uint32_t)status,
        .final = final,
        .max_rss_kib = (uint32_t)usage->ru_maxrss,
        .user_us = (uint64_t)usage->ru_utime.tv_sec * 1000000 + (uint64_t)usage->ru_utime.tv_usec,
        .system_us = (uint64_t)usage->ru_stime.tv_sec * 1000000 + (uint64_t)usage->ru_stime.tv_usec,
    };
    report_send(NODE_FD, &report, -1);
}

_Noreturn void keeper_main(void)
{
    int pidfd = -1, status = 127 << 8;
    struct rusage usage = {0};
    sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
    sys_prctl(PR_SET_CHILD_SUBREAPER, 1, 0);
    run_before();
    self.op = OP_INDEX_CLONE;
    int pid = clone_planned(&pidfd, 0);
    struct report cloned = {.type = R_CLONED, .id = self.id, .pid = pid};
    if (pid > 0) {
        report_send(self.status, &cloned, pidfd);
    } else {
        struct report failed = {.type = R_FAILED, .id = self.id, .op = self.op, .error = -pid};
        memcpy(failed.detail, "clone3", 7);
        report_send(self.status, &failed, -1);
    }
    sys_3(SYS_close_range, FIRST_FREE_FD, ~0U, 0);
    bool running = pid > 0;
    for (;;) {
        int ended, ended_status;
        struct rusage ended_usage;
        while ((ended = sys_wait4(-1, &ended_status, WNOHANG | __WALL, &ended_usage)) > 0) {
            if (ended != pid)
                continue;
            running = false;
            status = ended_status;
            usage = ended_usage;
        }
        if (ended < 0) {
            report_exit(R_EXIT, status, &usage, true);
            sys_exit(0);
        }
        if (pid > 0 && !running) {
            report_exit(R_EXIT, status, &usage, false);
            pid = -1;
        }
        if (next_signal() != SIGTERM)
            continue;
        if (kill_descendants(pid, &status, &usage) || pid > 0 || running)
            report_exit(R_EXIT, status, &usage, true);
        else
            report_exit(R_GONE, status, &usage, true);
        sys_exit(0);
    }
}
