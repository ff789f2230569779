/*
 * The guard stands above the spawner as a subreaper. Whatever was started attached ends up as its child when the
 * spawner is gone, for whatever reason, and is killed.
 */
#include "init.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

_Noreturn void guard_main(void)
{
    sys_prctl(PR_SET_CHILD_SUBREAPER, 1, 0);
    int spawner = clone_plain();
    if (spawner == 0)
        spawner_main();
    sys_close(NODE_FD);
    /* A session of its own: a SIGKILL to Node's whole process group leaves someone to clean up. */
    sys_0(SYS_setsid);
    while (spawner > 0) {
        int pid = sys_wait4(-1, NULL, __WALL, NULL);
        if (pid == spawner || (pid < 0 && pid != -EINTR))
            break;
    }
    kill_descendants(0, NULL, NULL);
    sys_exit(0);
}
