#ifndef INIT_SYS_H
#define INIT_SYS_H

#define _GNU_SOURCE

/* System calls without a C library: each returns -errno. libc headers are used for types and constants only. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

#if defined(__x86_64__)
static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
    long r;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(r)
                     : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return r;
}
#elif defined(__aarch64__)
static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = n;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}
#else
#error "only x86_64 and aarch64"
#endif

#define SYS_ARG(x) ((long)(x))
#define sys_0(n) sys6(n, 0, 0, 0, 0, 0, 0)
#define sys_1(n, a) sys6(n, SYS_ARG(a), 0, 0, 0, 0, 0)
#define sys_2(n, a, b) sys6(n, SYS_ARG(a), SYS_ARG(b), 0, 0, 0, 0)
#define sys_3(n, a, b, c) sys6(n, SYS_ARG(a), SYS_ARG(b), SYS_ARG(c), 0, 0, 0)
#define sys_4(n, a, b, c, d) sys6(n, SYS_ARG(a), SYS_ARG(b), SYS_ARG(c), SYS_ARG(d), 0, 0)
#define sys_5(n, a, b, c, d, e) sys6(n, SYS_ARG(a), SYS_ARG(b), SYS_ARG(c), SYS_ARG(d), SYS_ARG(e), 0)
#define sys_6(n, a, b, c, d, e, f)                                                                                  \
    sys6(n, SYS_ARG(a), SYS_ARG(b), SYS_ARG(c), SYS_ARG(d), SYS_ARG(e), SYS_ARG(f))

static inline int sys_close(int fd)
{
    return (int)sys_1(SYS_close, fd);
}

static inline int sys_openat(int dirfd, const char *path, int flags, int mode)
{
    return (int)sys_4(SYS_openat, dirfd, path, flags | O_CLOEXEC, mode);
}

static inline int sys_prctl(int option, unsigned long a, unsigned long b)
{
    return (int)sys_5(SYS_prctl, option, a, b, 0, 0);
}

static inline int sys_fstat(int fd, struct stat *st)
{
    return (int)sys_2(SYS_fstat, fd, st);
}

static inline int sys_wait4(int pid, int *status, int options, struct rusage *usage)
{
    return (int)sys_4(SYS_wait4, pid, status, options, usage);
}

static inline int sys_kill(int pid, int signal)
{
    return (int)sys_2(SYS_kill, pid, signal);
}

static inline int sys_poll(struct pollfd *fds, unsigned count, int timeout_ms)
{
    struct timespec {
        long sec, nsec;
    } limit = {timeout_ms / 1000, (timeout_ms % 1000) * 1000000L};
    return (int)sys_5(SYS_ppoll, fds, count, timeout_ms < 0 ? NULL : &limit, NULL, 0);
}

_Noreturn static inline void sys_exit(int status)
{
    for (;;)
        sys_1(SYS_exit_group, status);
}

static inline void close_fd(int *fd)
{
    if (*fd >= 0)
        sys_close(*fd);
}
#define cleanup_close __attribute__((cleanup(close_fd)))

size_t text_length(const char *text);
/* Decimal digits of value and a NUL; returns their number. */
size_t text_decimal(char *out, unsigned value);
/* CLOCK_REALTIME (0) or CLOCK_MONOTONIC (1). */
uint64_t now_ns(int clock);

#endif
