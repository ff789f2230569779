/*
 * setns(2) into pid and time namespaces and unshare(CLONE_NEWTIME) only concern children: an intermediate process
 * does them, clones with CLONE_PARENT, so that the spawner is the parent, and is gone.
 */
#include "init.h"

#include <signal.h>
#include <sys/prctl.h>

void run_before(void)
{
    struct plan *plan = self.plan;
    report_flags = 0;
    if (plan->flags & PLAN_HIDE)
        sys_prctl(PR_SET_DUMPABLE, 0, 0);
    self.root = -1;
    run_ops(plan_at(plan->before_offset), plan->before_count, OP_INDEX_BEFORE, -1);
}

_Noreturn void intermediate_main(void)
{
    int pidfd = -1;
    if ((self.plan->flags & PLAN_DETACHED) == 0)
        sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
    run_before();
    self.op = OP_INDEX_CLONE;
    int pid = clone_planned(&pidfd, CLONE_PARENT);
    if (pid < 0) {
        if (self.detail == NULL)
            self.detail = "clone3";
        fail(pid);
    }
    struct report cloned = {.type = R_CLONED, .id = self.id, .pid = pid};
    report_send(self.status, &cloned, pidfd);
    sys_exit(0);
}
