#include "init.h"

#include <signal.h>

/*
 * clone3(2), or clone(2) where a seccomp filter answers ENOSYS because it cannot see clone3's flags (Docker's default).
 * clone(2) has no flag for a v2 cgroup and none for a time namespace.
 */
static int clone_any(struct clone_args *args)
{
    int pid = (int)sys_2(SYS_clone3, args, sizeof *args);
    if (pid != -ENOSYS || (args->flags & (CLONE_INTO_CGROUP | CLONE_NEWTIME)) != 0)
        return pid;
    return (int)sys_5(SYS_clone, args->flags | args->exit_signal, 0, args->pidfd, 0, 0);
}

/* fork(2) */
int clone_plain(void)
{
    struct clone_args args = {.exit_signal = SIGCHLD};
    return clone_any(&args);
}

static int write_file(int pid, const char *name, const char *text, size_t size)
{
    char path[64];
    size_t length = text_decimal(path, (unsigned)pid);
    path[length++] = '/';
    memcpy(path + length, name, text_length(name) + 1);
    cleanup_close int fd = sys_openat(PROC_FD, path, O_WRONLY, 0);
    long written = fd < 0 ? fd : sys_3(SYS_write, fd, text, size);
    return written < 0 ? (int)written : 0;
}

/* user_namespaces(7): setgroups before gid_map; each file is written once, whole. */
int write_maps(int pid)
{
    const struct plan *plan = self.plan;
    int result = 0;
    if (plan->flags & PLAN_DENY_SETGROUPS)
        result = write_file(pid, "setgroups", "deny", 4);
    if (result == 0 && plan->gid_map != 0)
        result = write_file(pid, "gid_map", blob(plan->gid_map), blob_size(plan->gid_map));
    if (result == 0 && plan->uid_map != 0)
        result = write_file(pid, "uid_map", blob(plan->uid_map), blob_size(plan->uid_map));
    return result;
}

/*
 * clone3(2) as the plan says, and the id maps. Returns the pid in the caller; the new process is already in
 * child_main().
 */
int clone_planned(int *pidfd, uint64_t extra_flags)
{
    const struct plan *plan = self.plan;
    bool maps = plan->uid_map != 0 || plan->gid_map != 0 || (plan->flags & PLAN_DENY_SETGROUPS) != 0;
    int gate[2] = {-1, -1};
    struct clone_args args = {
        .flags = plan->clone_flags | extra_flags | CLONE_PIDFD,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = extra_flags & CLONE_PARENT ? 0 : SIGCHLD,
    };
    if (plan->cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)self.fds[plan->cgroup];
    }
    if (maps) {
        int result = (int)sys_2(SYS_pipe2, gate, O_CLOEXEC);
        if (result < 0)
            return result;
    }
    int pid = clone_any(&args);
    if (pid == 0) {
        if (maps)
            sys_close(gate[1]);
        child_main(gate[0]);
    }
    if (maps) {
        sys_close(gate[0]);
        int result = pid < 0 ? pid : write_maps(pid);
        if (result == 0)
            result = sys_3(SYS_write, gate[1], "", 1) == 1 ? 0 : -EPIPE;
        sys_close(gate[1]); /* without the byte, its end makes the child exit */
        if (result < 0 && pid > 0) {
            self.detail = "write the id maps";
            sys_kill(pid, SIGKILL);
            return result;
        }
    }
    return pid;
}
