#include "init.h"

#define MNT_DETACH 2

/*
 * pivot_root(2) cannot leave an initramfs. There chroot(2) does what MS_MOVE to / and chroot(2) do: OP_ROOT has put
 * the root over / already.
 */
int op_pivot(const struct op *op)
{
    if (self.root < 0)
        return -EINVAL;
    int result = (int)sys_1(SYS_fchdir, self.root);
    if (result < 0)
        return result;
    if (op->a == 0) {
        /* pivot_root(2), "pivot_root(".", ".")": the old root ends up over the new one and is taken off. */
        cleanup_close int old = sys_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
        result = old < 0 ? old : (int)sys_2(SYS_pivot_root, ".", ".");
        if (result == 0)
            result = (int)sys_1(SYS_fchdir, old);
        if (result == 0)
            result = (int)sys_5(SYS_mount, NULL, ".", NULL, MS_SLAVE | MS_REC, NULL);
        if (result == 0)
            result = (int)sys_2(SYS_umount2, ".", MNT_DETACH);
    } else {
        result = (int)sys_1(SYS_chroot, ".");
    }
    self.pivoted = true;
    return result < 0 ? result : (int)sys_1(SYS_chdir, "/");
}

int op_mkdir(const struct op *op)
{
    cleanup_close int fd = make_in_root(blob(op->s[0]), true, (unsigned)op->a);
    return fd < 0 ? fd : 0;
}
