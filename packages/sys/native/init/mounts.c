#include "init.h"

/* What the kernel said about a file system context, like "e overlay: ...". */
static char fs_message[REPORT_DETAIL];

static int set_attrs(int mount, uint64_t set, uint64_t clear, uint64_t propagation, int userns, bool recursive)
{
    struct mount_attr attr = {.attr_set = set, .attr_clr = clear, .propagation = propagation};
    if (userns >= 0) {
        attr.attr_set |= MOUNT_ATTR_IDMAP;
        attr.userns_fd = (uint64_t)userns;
    }
    if (attr.attr_set == 0 && attr.attr_clr == 0 && propagation == 0)
        return 0;
    return (int)sys_5(SYS_mount_setattr, mount, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr, sizeof attr);
}

/* Attributes and id map while detached, then attach, then propagation, which only an attached mount can have. */
static int place(const struct op *op, int mount, bool recursive)
{
    int result = set_attrs(mount, op->a, op->b, 0, fd_of(op->fd2), (op->flags & OPF_2) != 0);
    if (result < 0) {
        self.detail = "mount_setattr";
        return result;
    }
    cleanup_close int target = open_target(op, mount);
    if (target < 0)
        return target;
    result = attach_at(mount, target);
    if (result == 0 && (uint32_t)op->c != 0)
        result = set_attrs(mount, 0, 0, (uint32_t)op->c, -1, recursive);
    return result;
}

int op_propagation(const struct op *op)
{
    if (op->s[3] == 0)
        return (int)sys_5(SYS_mount, NULL, "/", NULL, op->a, NULL);
    cleanup_close int target = open_in_root(blob(op->s[3]), O_PATH, 0);
    if (target < 0)
        return target;
    return set_attrs(target, 0, 0, op->a & ~(uint64_t)MS_REC, -1, (op->a & MS_REC) != 0);
}

/* The root is mounted over the one the process has: pivot_root(2) then needs no directory of its own. */
int op_root(const struct op *op)
{
    int mount = fd_of(op->fd);
    if (op->flags & OPF_1) {
        self.root = sys_openat(AT_FDCWD, blob(op->s[0]), O_PATH | O_DIRECTORY, 0);
        return self.root < 0 ? self.root : 0;
    }
    int result = 0;
    if (mount < 0 && op->s[0] == 0)
        return -EBADF;
    if (mount < 0)
        mount = open_tree_at(AT_FDCWD, blob(op->s[0]), AT_RECURSIVE);
    else
        /* Made in another namespace it may be shared there, and pivot_root(2) refuses a shared root. */
        result = set_attrs(mount, 0, 0, MS_SLAVE, -1, true);
    if (mount < 0)
        return mount;
    if (result == 0)
        result = set_attrs(mount, op->a, op->b, 0, fd_of(op->fd2), (op->flags & OPF_2) != 0);
    if (result == 0 && (op->flags & OPF_3) != 0)
        result = (int)sys_5(SYS_mount, NULL, "/", NULL, MS_PRIVATE, NULL);
    cleanup_close int slash = sys_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
    if (result == 0)
        result = slash < 0 ? slash : attach_at(mount, slash);
    if (result < 0)
        return result;
    self.root = mount;
    return 0;
}

static int configure(int fs, uint32_t options)
{
    char key[256];
    for (const char *text = list_first(options); text != NULL; text = list_next(options, text)) {
        size_t length = 0;
        while (text[length] != '\0' && text[length] != '=')
            length++;
        if (length >= sizeof key)
            return -ENAMETOOLONG;
        memcpy(key, text, length);
        key[length] = '\0';
        int result = text[length] == '='
                         ? (int)sys_5(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, text + length + 1, 0)
                         : (int)sys_5(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, key, NULL, 0);
        if (result < 0) {
            self.detail = text;
            return result;
        }
    }
    return 0;
}

static int fs_failure(int fs, int result)
{
    long size = sys_3(SYS_read, fs, fs_message, sizeof fs_message - 1);
    if (size > 0) {
        fs_message[size] = '\0';
        self.detail = fs_message;
    }
    return result;
}

int op_fsmount(const struct op *op)
{
    cleanup_close int fs = (int)sys_2(SYS_fsopen, blob(op->s[0]), FSOPEN_CLOEXEC);
    int result = fs;
    if (fs < 0)
        return fs;
    if (op->s[1] != 0)
        result = (int)sys_5(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", blob(op->s[1]), 0);
    if (result >= 0)
        result = configure(fs, op->s[2]);
    if (result >= 0)
        result = (int)sys_5(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    if (result < 0)
        return fs_failure(fs, result);
    cleanup_close int mount = (int)sys_3(SYS_fsmount, fs, FSMOUNT_CLOEXEC, op->a);
    if (mount < 0)
        return fs_failure(fs, mount);
    struct op rest = *op;
    rest.a = rest.b = 0;
    return place(&rest, mount, (op->flags & OPF_1) != 0);
}

int op_bind(const struct op *op)
{
    const char *path = blob(op->s[0]);
    unsigned recursive = op->flags & OPF_1 ? AT_RECURSIVE : 0;
    cleanup_close int source = -1;
    if (op->flags & OPF_3) {
        source = open_in_root(path, O_PATH, 0);
        if (source < 0)
            return source;
    }
    cleanup_close int mount =
        op->flags & OPF_3 ? open_tree_at(source, "", recursive) : open_tree_at(AT_FDCWD, path, recursive);
    if (mount < 0) {
        self.detail = path;
        return mount;
    }
    return place(op, mount, (op->c >> 32) != 0);
}

int op_attach(const struct op *op)
{
    int mount = fd_of(op->fd);
    return mount < 0 ? -EBADF : place(op, mount, (op->c >> 32) != 0);
}

int op_setattr(const struct op *op)
{
    cleanup_close int target = open_in_root(blob(op->s[3]), O_PATH, 0);
    return target < 0 ? target : set_attrs(target, op->a, op->b, 0, -1, (op->flags & OPF_2) != 0);
}

int op_reconfigure(const struct op *op)
{
    cleanup_close int target = open_in_root(blob(op->s[3]), O_PATH, 0);
    if (target < 0)
        return target;
    cleanup_close int fs = (int)sys_3(SYS_fspick, target, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);
    if (fs < 0)
        return fs;
    int result = configure(fs, op->s[2]);
    if (result >= 0)
        result = (int)sys_5(SYS_fsconfig, fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
    return result < 0 ? fs_failure(fs, result) : 0;
}
