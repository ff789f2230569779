#include "init.h"

#include <signal.h>
#include <sys/prctl.h>

#define PATH_SIZE 4096
static char found[PATH_SIZE];

static const struct op *exec_op(void)
{
    struct op *ops = plan_at(self.plan->ops_offset);
    return &ops[self.plan->ops_count - 1];
}

static const char *wanted_program(const struct op *op)
{
    return op->s[3] != 0 ? blob(op->s[3]) : array(op->s[0])[0];
}

static int executable(const char *path)
{
    struct stat st;
    int result = (int)sys_4(SYS_newfstatat, AT_FDCWD, path, &st, 0);
    if (result < 0)
        return result;
    if (!S_ISREG(st.st_mode))
        return -EACCES;
    return (int)sys_3(SYS_faccessat, AT_FDCWD, path, 1);
}

/* execvp(3): a name without a slash is tried in each directory; EACCES is remembered, absence is not. */
static int look_up(const struct op *op)
{
    const char *name = wanted_program(op);
    size_t length = text_length(name);
    int remembered = -ENOENT;
    if (op->fd >= 0)
        return 0;
    self.detail = name;
    for (size_t i = 0; i < length; i++) {
        if (name[i] != '/')
            continue;
        self.program = name;
        return executable(name);
    }
    for (const char *dir = list_first(op->s[2]); length > 0 && dir != NULL; dir = list_next(op->s[2], dir)) {
        size_t size = text_length(dir);
        if (size + 1 + length >= PATH_SIZE)
            continue;
        memcpy(found, dir, size);
        found[size] = '/';
        memcpy(found + size + 1, name, length + 1);
        int result = executable(found);
        if (result == 0) {
            self.program = found;
            return 0;
        }
        if (result == -EACCES)
            remembered = result;
    }
    return remembered;
}

int op_lookup(const struct op *op)
{
    (void)op;
    return look_up(exec_op());
}

/* The spawner's end of the socket is gone: it died after the clone, before our parent-death signal was set. */
static bool orphaned(void)
{
    struct pollfd status = {self.status, POLLIN, 0};
    return (self.plan->flags & PLAN_DETACHED) == 0 && sys_poll(&status, 1, 0) > 0 &&
           (status.revents & (POLLHUP | POLLERR)) != 0;
}

int op_exec(const struct op *op)
{
    char **arguments = array(op->s[0]), **environment = array(op->s[1]);
    int program = fd_of(op->fd), result = 0;
    if (program < 0 && self.program == NULL)
        result = look_up(op);
    if (result < 0)
        return result;
    if (orphaned())
        sys_exit(127);
    if ((op->flags & OPF_1) != 0 && (result = reaper_split()) < 0)
        return result;
    *self.progress = PROGRESS_EXEC;
    self.detail = program >= 0 ? "an open program" : self.program;
    if (program >= 0)
        return (int)sys_5(SYS_execveat, program, "", arguments, environment, AT_EMPTY_PATH);
    return (int)sys_3(SYS_execve, self.program, arguments, environment);
}

int op_cwd(const struct op *op)
{
    char cwd[PATH_SIZE];
    int result = (int)sys_1(SYS_chdir, blob(op->s[0]));
    if (result == -ENOENT && (op->flags & OPF_1) != 0) {
        cleanup_close int made = make_in_root(blob(op->s[0]), true, 0755);
        result = made < 0 ? made : (int)sys_1(SYS_fchdir, made);
    }
    if ((result == -EACCES || result == -EPERM) && (op->flags & OPF_2) != 0)
        return 0;
    if (result < 0)
        return result;
    /* getcwd(2) says "(unreachable)" for a directory outside the root, which a leaked descriptor can give. */
    long size = sys_2(SYS_getcwd, cwd, sizeof cwd);
    if (size < 0 || cwd[0] != '/') {
        self.detail = "the directory is outside the root";
        return size < 0 && size != -ENOENT ? (int)size : -EPERM;
    }
    return 0;
}
