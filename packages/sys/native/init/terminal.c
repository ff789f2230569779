#include "init.h"

#include <asm/ioctls.h>

#define DEVPTS_SUPER_MAGIC 0x1cd1
#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

static int check_devpts(int fd)
{
    struct {
        long type;
        char rest[256];
    } fs;
    int result = (int)sys_2(SYS_fstatfs, fd, &fs);
    return result < 0 ? result : fs.type == DEVPTS_SUPER_MAGIC ? 0 : -ENODEV;
}

static int open_master(const struct op *op)
{
    if ((op->flags & OPF_2) != 0 || self.root < 0)
        return sys_openat(AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY, 0);
    int master = open_in_root("/dev/pts/ptmx", O_RDWR | O_NOCTTY, RESOLVE_NO_SYMLINKS);
    int result = master < 0 ? master : check_devpts(master);
    if (result < 0) {
        close_fd(&master);
        self.detail = "/dev/pts/ptmx is not a devpts";
        return result;
    }
    return master;
}

/* The terminal itself, found through the master, is mounted over /dev/console; a link there is refused. */
static int mount_console(int terminal)
{
    char buffer[4096];
    const char *name;
    cleanup_close int parent = parent_in_root("/dev/console", &name, buffer);
    if (parent < 0)
        return parent;
    int made = (int)sys_4(SYS_mknodat, parent, name, S_IFREG | 0600, 0);
    if (made < 0 && made != -EEXIST)
        return made;
    cleanup_close int target = sys_openat(parent, name, O_PATH | O_NOFOLLOW, 0);
    struct stat st;
    int result = target < 0 ? target : sys_fstat(target, &st);
    if (result == 0 && S_ISLNK(st.st_mode))
        result = -ELOOP;
    if (result < 0)
        return result;
    cleanup_close int mount = open_tree_at(terminal, "", 0);
    return mount < 0 ? mount : attach_at(mount, target);
}

int op_pty(const struct op *op)
{
    int unlock = 0;
    struct {
        unsigned short rows, columns, x, y;
    } size = {(unsigned short)(op->a >> 16), (unsigned short)op->a, 0, 0};
    cleanup_close int master = open_master(op);
    if (master < 0)
        return master;
    int result = (int)sys_3(SYS_ioctl, master, TIOCSPTLCK, &unlock);
    if (result < 0)
        return result;
    cleanup_close int terminal = (int)sys_3(SYS_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    result = terminal < 0 ? terminal : check_devpts(terminal);
    if (result == 0 && op->a != 0)
        result = (int)sys_3(SYS_ioctl, master, TIOCSWINSZ, &size);
    if (result == 0 && (op->flags & OPF_3) != 0)
        result = (int)sys_5(SYS_fchownat, terminal, "", op->b, -1, AT_EMPTY_PATH);
    if (result == 0 && (op->flags & OPF_1) != 0) {
        self.detail = "/dev/console";
        result = mount_console(terminal);
    }
    if (result == 0)
        result = (int)sys_3(SYS_ioctl, terminal, TIOCSCTTY, 0);
    for (int fd = 0; result >= 0 && fd < 3; fd++)
        result = (int)sys_3(SYS_dup3, terminal, fd, 0);
    if (result < 0)
        return result;
    report_fd(FD_PTY, master);
    return 0;
}
