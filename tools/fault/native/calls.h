/* The system calls that change state, with what must hold of their arguments to count. */
#ifndef FAULT_CALLS_H
#define FAULT_CALLS_H

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum condition {
    ALWAYS,
    /* The flags in argument 1 or 2 have O_CREAT. */
    CREATES_1,
    CREATES_2,
    /* Argument 0 is a descriptor of something with a path: a file, a cgroup, a setting of the kernel. */
    TO_PATH,
    /* Not the clone of a thread: flags in argument 0, or where it points to. */
    PROCESS,
    PROCESS_3,
    /* A lock of a file. */
    LOCKS,
    /* What a process says of itself that outlives the call: how it dies, and whose children come to it. */
    LINEAGE,
    /* The mark by which Node ends the counting: a path in argument 0 or 1. */
    MARK_0,
    MARK_1,
};

struct call {
    long number;
    const char *name;
    enum condition condition;
};

#define CALL(name, condition) {SYS_##name, #name, condition}

static const struct call calls[] = {
#ifdef SYS_open
    CALL(open, CREATES_1),
    CALL(creat, ALWAYS),
    CALL(mkdir, ALWAYS),
    CALL(rmdir, ALWAYS),
    CALL(unlink, ALWAYS),
    CALL(rename, ALWAYS),
    CALL(symlink, ALWAYS),
    CALL(link, ALWAYS),
    CALL(mknod, ALWAYS),
    CALL(chmod, ALWAYS),
    CALL(chown, ALWAYS),
    CALL(lchown, ALWAYS),
    CALL(fork, ALWAYS),
    CALL(vfork, ALWAYS),
    CALL(access, MARK_0),
#endif
    CALL(faccessat, MARK_1),
    CALL(openat, CREATES_2),
    CALL(mkdirat, ALWAYS),
    CALL(unlinkat, ALWAYS),
#ifdef SYS_renameat
    CALL(renameat, ALWAYS),
#endif
    CALL(renameat2, ALWAYS),
    CALL(symlinkat, ALWAYS),
    CALL(linkat, ALWAYS),
    CALL(mknodat, ALWAYS),
    CALL(truncate, ALWAYS),
    CALL(ftruncate, ALWAYS),
    CALL(fallocate, ALWAYS),
    CALL(fchmod, ALWAYS),
    CALL(fchmodat, ALWAYS),
    CALL(fchown, ALWAYS),
    CALL(fchownat, ALWAYS),
    CALL(setxattr, ALWAYS),
    CALL(lsetxattr, ALWAYS),
    CALL(fsetxattr, ALWAYS),
    CALL(write, TO_PATH),
    CALL(writev, TO_PATH),
    CALL(pwrite64, TO_PATH),
    CALL(pwritev, TO_PATH),
    CALL(copy_file_range, ALWAYS),
    CALL(fsync, ALWAYS),
    CALL(fdatasync, ALWAYS),
    CALL(flock, ALWAYS),
    CALL(fcntl, LOCKS),
    CALL(mount, ALWAYS),
    CALL(umount2, ALWAYS),
    CALL(pivot_root, ALWAYS),
    CALL(chroot, ALWAYS),
    CALL(fsopen, ALWAYS),
    CALL(fsconfig, ALWAYS),
    CALL(fsmount, ALWAYS),
    CALL(open_tree, ALWAYS),
    CALL(move_mount, ALWAYS),
    CALL(mount_setattr, ALWAYS),
    CALL(clone, PROCESS),
    CALL(clone3, PROCESS_3),
    CALL(execve, ALWAYS),
    CALL(execveat, ALWAYS),
    CALL(setns, ALWAYS),
    CALL(unshare, ALWAYS),
    CALL(kill, ALWAYS),
    CALL(pidfd_send_signal, ALWAYS),
    CALL(wait4, ALWAYS),
    CALL(waitid, ALWAYS),
    CALL(prctl, LINEAGE),
    CALL(setsid, ALWAYS),
    CALL(setgroups, ALWAYS),
    CALL(setresuid, ALWAYS),
    CALL(setresgid, ALWAYS),
    CALL(capset, ALWAYS),
    CALL(seccomp, ALWAYS),
    CALL(sethostname, ALWAYS),
    CALL(bind, ALWAYS),
    CALL(listen, ALWAYS),
    CALL(connect, ALWAYS),
    CALL(sendto, ALWAYS),
    CALL(sendmsg, ALWAYS),
    CALL(shutdown, ALWAYS),
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

#endif
