#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "layer.h"

#ifdef __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "no audit number for this architecture"
#endif

/* What an unpack does once both threads run: no exec, no process, no socket, no mount. */
static const uint32_t allowed[] = {
    SYS_read,        SYS_pread64,  SYS_write,     SYS_openat,     SYS_openat2, SYS_close,      SYS_utimensat,
    SYS_futex,       SYS_mkdirat,  SYS_symlinkat, SYS_linkat,     SYS_mknodat, SYS_unlinkat,   SYS_readlinkat,
    SYS_newfstatat,  SYS_fstat,    SYS_lseek,     SYS_getdents64, SYS_fchown,  SYS_fchownat,   SYS_fchmod,
    SYS_fchmodat,    SYS_fcntl,    SYS_fsetxattr, SYS_brk,        SYS_mmap,    SYS_mremap,     SYS_madvise,
    SYS_munmap,      SYS_mprotect, SYS_exit,      SYS_exit_group, SYS_rt_sigprocmask,          SYS_rt_sigreturn,
    SYS_sched_getaffinity, /* zig's malloc counts the processors */
#ifdef __SANITIZE_ADDRESS__
    /* What its run time does besides: at the end of a thread, and to write a report. */
    SYS_sigaltstack, SYS_gettid,   SYS_getpid,    SYS_sched_yield, SYS_rt_sigaction, SYS_prctl, SYS_prlimit64,
#ifdef SYS_open /* not on arm64 */
    SYS_open,        SYS_stat,     SYS_readlink,  SYS_getrlimit,
#endif
#endif
};
enum { COUNT = sizeof allowed / sizeof *allowed };

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define JUMP(test, value, yes, no) BPF_JUMP(BPF_JMP | test | BPF_K, value, (uint8_t)(yes), (uint8_t)(no))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

/* For all threads. A call that is not allowed kills the process; no memory becomes executable. */
int confine(void)
{
    struct sock_filter code[COUNT + 11] = {
        LOAD(arch),
        JUMP(BPF_JEQ, ARCH, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
        JUMP(BPF_JEQ, SYS_mmap, 1, 0),
        JUMP(BPF_JEQ, SYS_mprotect, 0, 3),
        LOAD(args[2]),
        JUMP(BPF_JSET, 4 /* PROT_EXEC */, COUNT + 1, 0),
        LOAD(nr),
    };
    unsigned n = 9;
    for (unsigned i = 0; i < COUNT; i++)
        code[n++] = (struct sock_filter)JUMP(BPF_JEQ, allowed[i], COUNT - i, 0);
    code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_KILL_PROCESS);
    code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    struct sock_fprog program = {(unsigned short)n, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    return result < 0 ? -errno : result > 0 ? -EAGAIN : 0;
}
