#include "init.h"

/* /dev/null that is the null device: a name in the image proves nothing (CVE-2025-31133). */
static int null_mount(void)
{
    struct stat st;
    const unsigned long null = 1 << 8 | 3;
    cleanup_close int fd = self.pivoted ? open_in_root("/dev/null", O_PATH, RESOLVE_NO_SYMLINKS)
                                        : sys_openat(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW, 0);
    int result = fd < 0 ? fd : sys_fstat(fd, &st);
    if (result < 0)
        return result;
    if (!S_ISCHR(st.st_mode) || st.st_rdev != null) {
        self.detail = "/dev/null is not the null device";
        return -ENODEV;
    }
    return open_tree_at(fd, "", 0);
}

static int empty_mount(void)
{
    cleanup_close int fs = (int)sys_2(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
    if (fs < 0)
        return fs;
    sys_5(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, "ro", NULL, 0);
    sys_5(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "nr_inodes", "1", 0);
    int result = (int)sys_5(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    if (result < 0)
        return result;
    return (int)sys_3(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
                      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

int op_mask(const struct op *op)
{
    /* A detached mount cannot be cloned before Linux 6.15: the first is attached, the others are clones of it. */
    cleanup_close int empty = -1;
    cleanup_close int null = -1;
    bool empty_attached = false, null_attached = false;
    for (const char *path = list_first(op->s[0]); path != NULL; path = list_next(op->s[0], path)) {
        struct stat st;
        self.detail = path;
        cleanup_close int target = open_in_root(path, O_PATH, 0);
        if (target == -ENOENT || target == -ENOTDIR)
            continue;
        int result = target < 0 ? target : sys_fstat(target, &st);
        if (result < 0)
            return result;
        int *mount = S_ISDIR(st.st_mode) ? &empty : &null;
        bool *attached = S_ISDIR(st.st_mode) ? &empty_attached : &null_attached;
        if (*mount < 0) {
            *mount = S_ISDIR(st.st_mode) ? empty_mount() : null_mount();
            if (*mount < 0)
                return *mount;
        }
        if (!*attached) {
            result = attach_at(*mount, target);
            *attached = true;
        } else {
            cleanup_close int another = open_tree_at(*mount, "", 0);
            result = another < 0 ? another : attach_at(another, target);
        }
        if (result < 0)
            return result;
    }
    return 0;
}

int op_readonly(const struct op *op)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    for (const char *path = list_first(op->s[0]); path != NULL; path = list_next(op->s[0], path)) {
        self.detail = path;
        cleanup_close int target = open_in_root(path, O_PATH, 0);
        if (target == -ENOENT || target == -ENOTDIR)
            continue;
        if (target < 0)
            return target;
        cleanup_close int mount = open_tree_at(target, "", AT_RECURSIVE);
        int result = mount < 0 ? mount
                               : (int)sys_5(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &attr, sizeof attr);
        if (result == 0)
            result = attach_at(mount, target);
        if (result < 0)
            return result;
    }
    return 0;
}
