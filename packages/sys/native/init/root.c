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

int op_symlink(const struct op *op)
{
    char buffer[4096];
    const char *name;
    cleanup_close int parent = parent_in_root(blob(op->s[0]), &name, buffer);
    if (parent < 0)
        return parent;
    int result = (int)sys_3(SYS_symlinkat, blob(op->s[1]), parent, name);
    return result == -EEXIST ? 0 : result;
}

static int bind_device(const struct op *op, int parent, const char *name)
{
    cleanup_close int mount = open_tree_at(AT_FDCWD, blob(op->s[1]), 0);
    if (mount < 0) {
        self.detail = blob(op->s[1]);
        return mount;
    }
    int made = (int)sys_4(SYS_mknodat, parent, name, S_IFREG | 0666, 0);
    if (made < 0 && made != -EEXIST)
        return made;
    cleanup_close int target = sys_openat(parent, name, O_PATH | O_NOFOLLOW, 0);
    return target < 0 ? target : attach_at(mount, target);
}

int op_mknod(const struct op *op)
{
    char buffer[4096];
    const char *name;
    struct stat st;
    cleanup_close int parent = parent_in_root(blob(op->s[0]), &name, buffer);
    if (parent < 0)
        return parent;
    if (op->flags & OPF_1)
        return bind_device(op, parent, name);
    long mask = sys_1(SYS_umask, 0);
    int result = (int)sys_4(SYS_mknodat, parent, name, op->a, op->b);
    sys_1(SYS_umask, mask);
    if (result == -EPERM && op->s[1] != 0)
        return bind_device(op, parent, name);
    if (result < 0 && result != -EEXIST)
        return result;
    if (result == 0)
        return op->c == 0 ? 0
                          : (int)sys_5(SYS_fchownat, parent, name, (uint32_t)op->c, op->c >> 32, AT_SYMLINK_NOFOLLOW);
    cleanup_close int fd = sys_openat(parent, name, O_PATH | O_NOFOLLOW, 0);
    int stat_result = fd < 0 ? fd : sys_fstat(fd, &st);
    if (stat_result < 0)
        return stat_result;
    if ((st.st_mode & S_IFMT) != (op->a & S_IFMT) || ((op->a & S_IFMT) != S_IFIFO && st.st_rdev != op->b)) {
        self.detail = "something else has this name";
        return -EEXIST;
    }
    return 0;
}
