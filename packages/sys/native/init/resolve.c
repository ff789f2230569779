/*
 * Paths inside the container's root. The kernel resolves every one of them (openat2(2) RESOLVE_IN_ROOT), so whatever
 * symbolic links the image or a neighbour plants, nothing outside the root is reached.
 */
#include "init.h"

#define PATH_SIZE 4096

/* Before there is a root op, the root is that of the process. */
static int root_fd(void)
{
    if (self.root < 0)
        self.root = sys_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
    return self.root;
}

int open_in_root(const char *path, int flags, uint64_t resolve)
{
    int root = root_fd(), fd;
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
    };
    if (root < 0)
        return root;
    /* EAGAIN: a rename somewhere while `..` was walked; the kernel asks to try again. */
    for (int tries = 0; (fd = (int)sys_4(SYS_openat2, root, path, &how, sizeof how)) == -EAGAIN && tries < 256; tries++)
        ;
    return fd;
}

static void copy(char *to, const char *from, size_t size)
{
    memcpy(to, from, size);
    to[size] = '\0';
}

/* Replaces the last component of path[0..end), a dangling symbolic link, by its target; what follows is kept. */
static int expand_link(char *path, size_t start, size_t end, int parent)
{
    char name[256], target[PATH_SIZE], rest[PATH_SIZE];
    size_t rest_length = text_length(path + end);
    if (end - start >= sizeof name)
        return -ENAMETOOLONG;
    copy(name, path + start, end - start);
    long length = sys_4(SYS_readlinkat, parent, name, target, sizeof target);
    if (length < 0)
        return (int)length;
    if (target[0] == '/')
        start = 0;
    if (start + (size_t)length + rest_length >= PATH_SIZE)
        return -ENAMETOOLONG;
    copy(rest, path + end, rest_length);
    memcpy(path + start, target, (size_t)length);
    copy(path + start + length, rest, rest_length);
    return 0;
}

static int make_at(int parent, const char *name, bool directory, unsigned mode)
{
    return directory ? (int)sys_3(SYS_mkdirat, parent, name, mode)
                     : (int)sys_4(SYS_mknodat, parent, name, S_IFREG | mode, 0);
}

/* The usual case, a missing last component in a directory that is there; -ENOENT when it is not that. */
static int make_last(const char *wanted, size_t length, bool directory, unsigned mode)
{
    char path[PATH_SIZE];
    size_t slash = length;
    while (slash > 0 && wanted[slash - 1] != '/')
        slash--;
    if (slash == 0 || slash == length)
        return -ENOENT;
    copy(path, wanted, slash);
    cleanup_close int parent = open_in_root(path, O_PATH | O_DIRECTORY, 0);
    if (parent < 0)
        return parent;
    int made = make_at(parent, wanted + slash, directory, mode);
    if (made == -EEXIST)
        return -ENOENT; /* a link that leads nowhere, or someone else was faster */
    return made < 0 ? made : open_in_root(wanted, O_PATH | (directory ? O_DIRECTORY : 0), 0);
}

/* Makes what is missing of a path, like `mkdir -p`, and opens it (O_PATH); follows links that lead nowhere yet. */
static int make_missing(const char *wanted, bool directory, unsigned mode)
{
    char path[PATH_SIZE];
    size_t length = text_length(wanted);
    if (length >= PATH_SIZE)
        return -ENAMETOOLONG;
    int fd = make_last(wanted, length, directory, mode);
    if (fd != -ENOENT)
        return fd;
    copy(path, wanted, length);
    for (int links = 0; links < 40; links++) {
        cleanup_close int parent = open_in_root("/", O_PATH | O_DIRECTORY, 0);
        size_t start = 0;
        bool again = false;
        while (!again) {
            while (path[start] == '/')
                start++;
            size_t end = start;
            while (path[end] != '\0' && path[end] != '/')
                end++;
            size_t after = end;
            while (path[after] == '/')
                after++;
            if (start == end)
                return (int)sys_3(SYS_fcntl, parent, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
            bool last = path[after] == '\0';
            char saved = path[end];
            path[end] = '\0';
            int next = open_in_root(path, O_PATH | (last && !directory ? 0 : O_DIRECTORY), 0);
            int made = 0;
            if (next == -ENOENT) {
                made = make_at(parent, path + start, !last || directory, last ? mode : 0755);
                if (made == 0)
                    next = open_in_root(path, O_PATH | (last && !directory ? 0 : O_DIRECTORY), 0);
            }
            path[end] = saved;
            if (next == -ENOENT && made == -EEXIST) {
                int result = expand_link(path, start, end, parent);
                if (result < 0)
                    return result == -EINVAL ? -ENOENT : result;
                again = true;
            } else if (next < 0) {
                return made < 0 && made != -EEXIST ? made : next;
            } else if (last) {
                return next;
            } else {
                sys_close(parent);
                parent = next;
                start = end;
            }
        }
    }
    return -ELOOP;
}

int make_in_root(const char *path, bool directory, unsigned mode)
{
    int fd = open_in_root(path, O_PATH | (directory ? O_DIRECTORY : 0), 0);
    return fd == -ENOENT ? make_missing(path, directory, mode) : fd;
}

int parent_in_root(const char *path, const char **name, char *buffer)
{
    size_t length = text_length(path), slash = length;
    while (slash > 0 && path[slash - 1] != '/')
        slash--;
    *name = path + slash;
    if (slash == length || length >= PATH_SIZE)
        return -EINVAL;
    copy(buffer, path, slash == 0 ? 0 : slash);
    if (slash == 0)
        copy(buffer, "/", 1);
    return make_in_root(buffer, true, 0755);
}

static int filesystem_of(int fd)
{
    struct {
        long type;
        char rest[256];
    } fs;
    int result = (int)sys_2(SYS_fstatfs, fd, &fs);
    return result < 0 ? result : (int)fs.type;
}

#define PROC_SUPER_MAGIC 0x9fa0

static bool is_directory(int fd)
{
    struct stat st;
    return sys_fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

int open_target(const struct op *op, int mount)
{
    const char *path = blob(op->s[3]);
    uint64_t resolve = op->flags & OPF_NO_SYMLINKS ? RESOLVE_NO_SYMLINKS : 0;
    int fd = open_in_root(path, O_PATH, resolve);
    if (fd == -ENOENT && (op->flags & (OPF_CREATE_DIR | OPF_CREATE_FILE | OPF_CREATE_LIKE)) != 0) {
        bool directory =
            op->flags & OPF_CREATE_LIKE ? is_directory(mount) : (op->flags & OPF_CREATE_DIR) != 0;
        fd = make_missing(path, directory, directory ? 0755 : 0644);
        if (fd >= 0 && resolve != 0) {
            sys_close(fd);
            fd = open_in_root(path, O_PATH, resolve);
        }
    }
    if (fd >= 0 && (op->flags & OPF_NOT_PROC) != 0 && filesystem_of(fd) == PROC_SUPER_MAGIC) {
        sys_close(fd);
        self.detail = "the place is inside a procfs";
        return -EPERM;
    }
    return fd;
}

int open_tree_at(int fd, const char *path, unsigned flags)
{
    if (path[0] == '\0')
        flags |= AT_EMPTY_PATH;
    return (int)sys_3(SYS_open_tree, fd, path, flags | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

int attach_at(int mount, int target)
{
    return (int)sys_5(SYS_move_mount, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}
