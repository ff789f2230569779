/*
 * init: the static program that starts processes for Node. Node's addon executes it as `init guard`, which forks the
 * spawner, as `init detached`, a spawner without a guard, or as `init monitor`.
 */
#include "init.h"

#include <signal.h>

struct launch self;
bool spawner_detached;

#ifndef INIT_HOSTED
/* Otherwise gcc may turn these loops into calls of the functions they are; for clang -ffreestanding is enough. */
#if defined(__clang__)
#define NO_LOOP_IDIOM
#else
#define NO_LOOP_IDIOM __attribute__((optimize("no-tree-loop-distribute-patterns")))
#endif

NO_LOOP_IDIOM void *memset(void *to, int byte, size_t size)
{
    char *out = to;
    while (size-- > 0)
        *out++ = (char)byte;
    return to;
}

NO_LOOP_IDIOM void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    char *out = to;
    const char *in = from;
    while (size-- > 0)
        *out++ = *in++;
    return to;
}
#endif

size_t text_length(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

size_t text_decimal(char *out, unsigned value)
{
    char digits[12];
    size_t count = 0, length = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    while (count > 0)
        out[length++] = digits[--count];
    out[length] = '\0';
    return length;
}

uint64_t now_ns(int clock)
{
    struct {
        long seconds, nanoseconds;
    } time = {0, 0};
    sys_2(SYS_clock_gettime, clock, &time);
    return (uint64_t)time.seconds * 1000000000 + (uint64_t)time.nanoseconds;
}

/* A hosted build is one for sanitizers, which report faults; exec undoes their handlers. */
static bool handled(int signal)
{
#ifdef INIT_HOSTED
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE;
#else
    return signal == 0;
#endif
}

/* Node ignores SIGPIPE and the like; exec would pass that on. */
static void reset_signals(void)
{
    struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } defaults = {0};
    uint64_t all = ~0ULL;
    for (int signal = 1; signal <= 64; signal++)
        if (!handled(signal))
            sys_4(SYS_rt_sigaction, signal, &defaults, NULL, 8);
    sys_4(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
}

/* Descriptors 0 to 2 lead nowhere, 3 is Node's socket, 4 a procfs that no container can touch, the rest is closed. */
static void arrange_fds(void)
{
    int null = sys_openat(AT_FDCWD, "/dev/null", O_RDWR, 0);
    if (null < 0)
        null = (int)sys_2(SYS_memfd_create, "null", 1);
    for (int fd = 0; fd < 3; fd++)
        sys_3(SYS_dup3, null, fd, O_CLOEXEC);
    sys_3(SYS_close_range, NODE_FD + 1, ~0U, 0);
    int fs = (int)sys_2(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
    int proc = -1;
    if (fs >= 0) {
        if (sys_5(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
            proc = (int)sys_3(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
        sys_close(fs);
    }
    if (proc < 0)
        proc = sys_openat(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
    if (proc >= 0 && proc != PROC_FD) {
        sys_3(SYS_dup3, proc, PROC_FD, O_CLOEXEC);
        sys_close(proc);
    }
    sys_3(SYS_fcntl, NODE_FD, F_SETFD, FD_CLOEXEC);
}

_Noreturn static void act(const char *role)
{
    reset_signals();
    if (role[0] == 'g') {
        arrange_fds();
        guard_main();
    }
    if (role[0] == 'd') {
        arrange_fds();
        spawner_detached = true;
        spawner_main();
    }
    if (role[0] == 'm') {
        arrange_fds();
        monitor_main();
    }
    sys_exit(64);
}

#ifdef INIT_HOSTED
int main(int argc, char **argv)
{
    act(argc > 1 ? argv[1] : "");
}
#else
__attribute__((used)) _Noreturn void init_main(long *stack)
{
    char **argv = (char **)(stack + 1);
    act(stack[0] > 1 ? argv[1] : "");
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call init_main\n");
#else
__asm__(".globl _start\n_start:\n mov x29, #0\n mov x0, sp\n bl init_main\n");
#endif
#endif
