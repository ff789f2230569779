#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

/* A detached read-only clone of the file's mount: the pages are shared, and no writer can be opened (EROFS). */
static int readonly_clone(const char *path)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static int sealed_copy(const char *path)
{
    struct stat st;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return -errno;
    int to = memfd_create("init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int error = to < 0 || fstat(from, &st) < 0 ? errno : 0;
    for (off_t done = 0; error == 0 && done < st.st_size;) {
        ssize_t n = sendfile(to, from, NULL, (size_t)(st.st_size - done));
        if (n <= 0)
            error = n < 0 ? errno : EIO;
        else
            done += n;
    }
    if (error == 0 && fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        error = errno;
    close(from);
    if (error != 0 && to >= 0)
        close(to);
    return error != 0 ? -error : to;
}

/* vfork(2): Node's page tables are not copied; between it and exec only system calls are made. */
static int execute(int program, char *const *argv, int socket, pid_t *pid)
{
    static char *const no_environment[] = {NULL};
    volatile int error = 0;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    *pid = vfork();
    if (*pid == 0) {
        if ((socket == 3 ? fcntl(3, F_SETFD, 0) : dup2(socket, 3)) >= 0)
            syscall(SYS_execveat, program, "", argv, no_environment, AT_EMPTY_PATH);
        error = errno;
        _exit(127);
    }
    int failed = *pid < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (*pid > 0 && error != 0)
        while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
            ;
    return failed != 0 ? -failed : -error;
}

/* The clone of the file that was started last, kept: to dissolve a mount makes the kernel wait for all processors. */
static int kept_clone(const char *path)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char kept_path[4096];
    static int kept = -1;
    int result = 0;
    pthread_mutex_lock(&lock);
    if (kept < 0 || strcmp(path, kept_path) != 0) {
        result = strlen(path) < sizeof kept_path ? readonly_clone(path) : -ENAMETOOLONG;
        if (result >= 0) {
            if (kept >= 0)
                close(kept);
            kept = result;
            strcpy(kept_path, path);
        }
    }
    if (result >= 0 && (result = fcntl(kept, F_DUPFD_CLOEXEC, 4)) < 0)
        result = -errno;
    pthread_mutex_unlock(&lock);
    return result;
}

int program_start(const char *path, char *const *argv, int socket, pid_t *pid)
{
    int result = -ENOSYS;
    for (int copy = 0; copy < 2 && result < 0; copy++) {
        int program = copy ? sealed_copy(path) : kept_clone(path);
        if (program < 0) {
            result = program;
            continue;
        }
        /* 3 is where the socket goes */
        int high = fcntl(program, F_DUPFD_CLOEXEC, 4);
        close(program);
        if (high < 0)
            return -errno;
        result = execute(high, argv, socket, pid);
        close(high);
    }
    return result;
}
