#include "init.h"

static void move(int *fd, int lowest)
{
    if (*fd < 0 || *fd >= lowest)
        return;
    int moved = (int)sys_3(SYS_fcntl, *fd, F_DUPFD_CLOEXEC, lowest);
    if (moved >= 0)
        *fd = moved; /* the old one is overwritten next, or closed by exec */
}

void move_own_fds(int lowest)
{
    move(&self.status, lowest);
    move(&self.root, lowest);
    for (int i = 0; i < FD_SLOTS; i++)
        move(&self.slots[i], lowest);
    for (uint32_t i = 0; i < self.plan->fd_count; i++)
        move(&self.fds[i], lowest);
}

int op_stdio(const struct op *op)
{
    const int32_t *wanted = (const int32_t *)blob(op->s[0]);
    int count = (int)(blob_size(op->s[0]) / 4);
    /* PROC_FD keeps its number, so more than four descriptors cost it; nothing after needs it but LSM labels. */
    move_own_fds(count);
    for (int i = 0; i < count; i++) {
        int result = (int)sys_3(SYS_dup3, fd_of(wanted[i]), i, 0);
        if (result < 0)
            return result;
    }
    return 0;
}
