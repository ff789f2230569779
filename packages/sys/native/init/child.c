/*
 * What the new process does between clone and exec: the ops of the plan, in their order.
 */
#include "init.h"

#include <signal.h>
#include <sys/prctl.h>

static int (*const table[OP_END])(const struct op *) = {
    [OP_SETNS] = op_setns,
    [OP_TIME_OFFSETS] = op_time_offsets,
    [OP_SETSID] = op_setsid,
    [OP_KEYRING] = op_keyring,
    [OP_PROPAGATION] = op_propagation,
    [OP_ROOT] = op_root,
    [OP_FSMOUNT] = op_fsmount,
    [OP_BIND] = op_bind,
    [OP_ATTACH] = op_attach,
    [OP_SETATTR] = op_setattr,
    [OP_RECONFIGURE] = op_reconfigure,
    [OP_MKDIR] = op_mkdir,
    [OP_SYMLINK] = op_symlink,
    [OP_MKNOD] = op_mknod,
    [OP_MASK] = op_mask,
    [OP_READONLY] = op_readonly,
    [OP_PIVOT] = op_pivot,
    [OP_HOSTNAME] = op_hostname,
    [OP_DOMAINNAME] = op_domainname,
    [OP_SYSCTL] = op_sysctl,
    [OP_RLIMIT] = op_rlimit,
    [OP_OOM] = op_oom,
    [OP_UMASK] = op_umask,
    [OP_NNP] = op_nnp,
    [OP_BOUNDING] = op_bounding,
    [OP_USER] = op_user,
    [OP_CAPS] = op_caps,
    [OP_SECCOMP] = op_seccomp,
    [OP_PERSONALITY] = op_personality,
    [OP_SCHEDULER] = op_scheduler,
    [OP_IOPRIO] = op_ioprio,
    [OP_MEMPOLICY] = op_mempolicy,
    [OP_AFFINITY] = op_affinity,
    [OP_LABEL] = op_label,
    [OP_PTY] = op_pty,
    [OP_STDIO] = op_stdio,
    [OP_HOOK] = op_hook,
    [OP_BARRIER] = op_barrier,
    [OP_WAIT] = op_wait,
    [OP_CWD] = op_cwd,
    [OP_LOOKUP] = op_lookup,
    [OP_UNSHARE] = op_unshare,
    [OP_LOOPBACK] = op_loopback,
    [OP_CGROUPS] = op_cgroups,
    [OP_EXEC] = op_exec,
};

/* Runs ops whose reported indexes begin at first_index and go by step. */
void run_ops(struct op *ops, uint32_t count, int first_index, int step)
{
    for (uint32_t i = 0; i < count; i++) {
        self.op = first_index + step * (int)i;
        *self.progress = self.op;
        self.detail = NULL;
        int result = ops[i].code < OP_END && table[ops[i].code] != NULL ? table[ops[i].code](&ops[i]) : -ENOSYS;
        if (result >= 0)
            continue;
        if ((ops[i].flags & OPF_OPTIONAL) == 0)
            fail(result);
        warn(result, self.detail);
    }
}

/*
 * Closes everything but what the launch uses: a copy of another launch's socket would hide its end from the spawner,
 * a copy of Node's would hide the spawner's end from Node.
 */
static void close_strangers(void)
{
    int keep[FD_MAX + 3], count = 0;
    keep[count++] = self.status;
    keep[count++] = PROC_FD;
    for (uint32_t i = 0; i < self.plan->fd_count; i++)
        keep[count++] = self.fds[i];
    for (int i = 1; i < count; i++)
        for (int j = i; j > 0 && keep[j - 1] > keep[j]; j--) {
            int swap = keep[j];
            keep[j] = keep[j - 1];
            keep[j - 1] = swap;
        }
    int from = NODE_FD;
    for (int i = 0; i < count; i++) {
        if (keep[i] > from)
            sys_3(SYS_close_range, from, keep[i] - 1, 0);
        from = keep[i] + 1;
    }
    sys_3(SYS_close_range, from, ~0U, 0);
}

/* maps_pipe: a byte arrives when the id maps are written; -1 when there is nothing to wait for */
_Noreturn void child_main(int maps_pipe)
{
    uint64_t none = 0;
    char byte;
    struct plan *plan = self.plan;
    report_flags = 0;
    if ((plan->flags & PLAN_DETACHED) == 0)
        sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
    sys_4(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
    self.op = OP_INDEX_CLONE;
    self.root = -1;
    for (int i = 0; i < FD_SLOTS; i++)
        self.slots[i] = -1;
    if (maps_pipe >= 0) {
        if (sys_3(SYS_read, maps_pipe, &byte, 1) != 1)
            sys_exit(127);
        sys_close(maps_pipe);
        /* As whom we act on files; where 0 is not mapped the ids stay as they are. */
        if (sys_3(SYS_setresgid, 0, 0, 0) == 0)
            sys_3(SYS_setresuid, 0, 0, 0);
        if ((plan->flags & PLAN_DETACHED) == 0)
            sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
    }
    close_strangers();
    run_ops(plan_at(plan->ops_offset), plan->ops_count, 0, 1);
    sys_exit(127);
}
