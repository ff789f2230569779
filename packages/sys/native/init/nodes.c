/* Device nodes, FIFOs and symbolic links inside the container's root. */
#include "init.h"

/*
 * The directory of nodes and links that follow each other in the plan, mostly all in /dev, is opened once. Nothing but
 * such ops comes between, so that the path leads where it led for the first.
 */
static struct {
    int fd; /* -1: none is open */
    size_t length;
    const char *path;
    long umask;
} place = {.fd = -1};

static size_t parent_length(const char *path)
{
    size_t slash = text_length(path);
    while (slash > 0 && path[slash - 1] != '/')
        slash--;
    return slash;
}

static bool is_placed(const char *path, size_t length)
{
    if (place.fd < 0 || place.length != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (place.path[i] != path[i])
            return false;
    return true;
}

static void leave(void)
{
    if (place.fd < 0)
        return;
    sys_close(place.fd);
    sys_1(SYS_umask, place.umask);
    place.fd = -1;
}

static int enter(const char *path, const char **name)
{
    char buffer[4096];
    size_t length = parent_length(path);
    *name = path + length;
    if (is_placed(path, length))
        return place.fd;
    leave();
    int fd = parent_in_root(path, name, buffer);
    if (fd < 0)
        return fd;
    place.fd = fd;
    place.path = path;
    place.length = length;
    place.umask = sys_1(SYS_umask, 0);
    return fd;
}

/* An op's result; what `enter` opened is kept when the next op needs it too. */
static int done(const struct op *op, int result)
{
    uint32_t next = op[1].code; /* the last op of every list is another */
    if (result < 0 || (next != OP_MKNOD && next != OP_SYMLINK))
        leave();
    return result;
}

int op_symlink(const struct op *op)
{
    const char *name;
    int parent = enter(blob(op->s[0]), &name);
    if (parent < 0)
        return parent;
    int result = (int)sys_3(SYS_symlinkat, blob(op->s[1]), parent, name);
    return done(op, result == -EEXIST ? 0 : result);
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

static int check_node(const struct op *op, int parent, const char *name)
{
    struct stat st;
    cleanup_close int fd = sys_openat(parent, name, O_PATH | O_NOFOLLOW, 0);
    int result = fd < 0 ? fd : sys_fstat(fd, &st);
    if (result < 0)
        return result;
    if ((st.st_mode & S_IFMT) != (op->a & S_IFMT) || ((op->a & S_IFMT) != S_IFIFO && st.st_rdev != op->b)) {
        self.detail = "something else has this name";
        return -EEXIST;
    }
    return 0;
}

static int make_node(const struct op *op, int parent, const char *name)
{
    if (op->flags & OPF_1)
        return bind_device(op, parent, name);
    int result = (int)sys_4(SYS_mknodat, parent, name, op->a, op->b);
    if (result == -EPERM && op->s[1] != 0)
        return bind_device(op, parent, name);
    if (result == -EEXIST)
        return check_node(op, parent, name);
    if (result < 0 || op->c == 0)
        return result;
    return (int)sys_5(SYS_fchownat, parent, name, (uint32_t)op->c, op->c >> 32, AT_SYMLINK_NOFOLLOW);
}

int op_mknod(const struct op *op)
{
    const char *name;
    int parent = enter(blob(op->s[0]), &name);
    return parent < 0 ? parent : done(op, make_node(op, parent, name));
}
