/*
 * trace: counts the system calls that change state, of a Node and of the spawners, monitors and first processes of
 * containers that it starts, and kills one of them before or after a chosen call.
 *
 *   trace [ROLE CALL NUMBER before|after VICTIM] -- PID:ROLE...
 *
 * The processes named are traced, and what they start; programs in containers are let go when they are executed. It
 * says `attached` when all are. Without a fault it then says before and after each call `ROLE CALL NUMBER before|after
 * VICTIMS`, the victims being letters of who could be killed there; with one, `reached VICTIM` when it has happened. It ends, letting all go,
 * when Node has ended, or has looked for the path MARK.
 */
#define _GNU_SOURCE
#include "calls.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARK "/cofferdam-fault-over"

enum role { NODE, GUARD, SPAWNER, MONITOR, INIT, HELPER, LAUNCHER, LAYER, ROLES };
static const char *const role_names[ROLES] = {"node", "guard", "spawner", "monitor", "init", "helper", "launcher", "layer"};
/* Who can be killed, besides the letters they are told by. */
static const enum role victim_roles[] = {NODE, SPAWNER, MONITOR, INIT};
static const char victim_letters[] = "nsmi";

enum { TASKS = 512 };
struct task {
    pid_t tid;
    pid_t pid;
    enum role role;
    /* It has stopped for the first time before its parent said what it is. */
    bool held;
    /* The call whose end is awaited, whose it was, and its number; -1: none that counts. */
    int call;
    enum role caller;
    unsigned number;
};
static struct task tasks[TASKS];
/* The process of each role that could be killed; 0: there is none. */
static pid_t victims[ROLES];
static unsigned counts[ROLES][CALLS];

static struct {
    bool wanted;
    enum role role;
    int call;
    unsigned number;
    bool after;
    enum role victim;
} fault;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "trace: %s: %s\n", what, strerror(errno));
    exit(2);
}

static struct task *find(pid_t tid)
{
    for (struct task *task = tasks; task < tasks + TASKS; task++)
        if (task->tid == tid)
            return task;
    return NULL;
}

static struct task *add(pid_t tid, pid_t pid, enum role role)
{
    struct task *task = find(tid);
    if (task == NULL)
        task = find(0);
    if (task == NULL) {
        errno = ENOMEM;
        fail("too many tasks");
    }
    *task = (struct task){.tid = tid, .pid = pid, .role = role, .call = -1};
    return task;
}

static size_t read_proc(pid_t pid, const char *name, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, out, size - 1);
    if (fd >= 0)
        close(fd);
    out[length < 0 ? 0 : length] = '\0';
    return length < 0 ? 0 : (size_t)length;
}

static pid_t process_of(pid_t tid)
{
    char status[4096];
    read_proc(tid, "status", status, sizeof(status));
    const char *line = strstr(status, "\nTgid:");
    return line == NULL ? tid : atoi(line + 6);
}

/* Depth of its pid namespace below this one, and whether it is the first process there. */
static int depth_of(pid_t pid, bool *first)
{
    char status[4096];
    read_proc(pid, "status", status, sizeof(status));
    const char *line = strstr(status, "\nNSpid:");
    int depth = -1, last = 0;
    if (line == NULL)
        return 0;
    for (const char *at = line + 7; *at == '\t'; depth++)
        last = (int)strtol(at, (char **)&at, 10);
    *first = last == 1;
    return depth;
}

static bool is_dead(pid_t pid)
{
    char stat[512];
    if (read_proc(pid, "stat", stat, sizeof(stat)) == 0)
        return true;
    const char *state = strrchr(stat, ')');
    return state == NULL || state[2] == 'Z' || state[2] == 'X';
}

static void become(struct task *task, enum role role)
{
    task->role = role;
    if (role == NODE || role == SPAWNER || role == MONITOR || role == INIT)
        victims[role] = task->pid;
}

/* What a new process is, by who made it. */
static enum role role_of_child(enum role parent, pid_t pid)
{
    bool first = false;
    int depth = depth_of(pid, &first);
    if (parent == NODE)
        return LAUNCHER;
    if (parent == GUARD)
        return SPAWNER;
    if (depth > 0 && first)
        return INIT;
    if (parent == MONITOR && depth == 0)
        return MONITOR;
    return HELPER;
}

/* What a process is by the program it has executed; false for one of a container, or of anybody else. */
static bool executed(struct task *task)
{
    char argv[256];
    size_t length = read_proc(task->pid, "cmdline", argv, sizeof(argv));
    const char *role = length > strlen(argv) ? argv + strlen(argv) + 1 : "";
    bool first;
    if (depth_of(task->pid, &first) > 0)
        return false;
    size_t name = strlen(argv);
    if (name >= 4 && strcmp(argv + name - 4, "init") == 0 && strcmp(role, "guard") == 0)
        become(task, GUARD);
    else if (name >= 4 && strcmp(argv + name - 4, "init") == 0 && strcmp(role, "monitor") == 0)
        become(task, MONITOR);
    else if (name >= 5 && strcmp(argv + name - 5, "layer") == 0)
        become(task, LAYER);
    else
        return false;
    return true;
}

static size_t read_memory(pid_t pid, uint64_t address, void *out, size_t size)
{
    struct iovec local = {out, size}, remote = {(void *)(uintptr_t)address, size};
    ssize_t length = process_vm_readv(pid, &local, 1, &remote, 1, 0);
    return length < 0 ? 0 : (size_t)length;
}

static bool has_path(pid_t pid, int fd)
{
    char link[64], target[64];
    snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, fd);
    ssize_t length = readlink(link, target, sizeof(target) - 1);
    if (length <= 0)
        return false;
    target[length] = '\0';
    return target[0] == '/' && strncmp(target, "/dev/", 5) != 0;
}

static bool is_mark(pid_t pid, uint64_t address)
{
    char path[sizeof(MARK)] = "";
    return read_memory(pid, address, path, sizeof(path)) == sizeof(path) && memcmp(path, MARK, sizeof(MARK)) == 0;
}

static bool counts_here(const struct task *task, enum condition condition, const uint64_t *args)
{
    uint64_t flags = 0;
    switch (condition) {
    case CREATES_1:
        return (args[1] & O_CREAT) != 0;
    case CREATES_2:
        return (args[2] & O_CREAT) != 0;
    case TO_PATH:
        return has_path(task->pid, (int)args[0]);
    case PROCESS:
        return (args[0] & CLONE_THREAD) == 0;
    case PROCESS_3:
        return read_memory(task->pid, args[0], &flags, sizeof(flags)) == sizeof(flags) && (flags & CLONE_THREAD) == 0;
    case LOCKS:
        return args[1] == F_SETLK || args[1] == F_SETLKW || args[1] == F_OFD_SETLK || args[1] == F_OFD_SETLKW;
    case LINEAGE:
        return args[0] == PR_SET_PDEATHSIG || args[0] == PR_SET_CHILD_SUBREAPER;
    default:
        return true;
    }
}

/* Kills the victim, and goes on only when it is dead: what the struck process does next is done without it. */
static void strike(void)
{
    pid_t pid = victims[fault.victim];
    if (pid == 0 || is_dead(pid))
        return;
    fault.wanted = false;
    kill(pid, SIGKILL);
    for (int waited = 0; waited < 200 && !is_dead(pid); waited++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    printf("reached %s\n", role_names[fault.victim]);
    fflush(stdout);
}

static bool is_struck(const struct task *task, bool after)
{
    return fault.wanted && task->caller == fault.role && task->call == fault.call && task->number == fault.number &&
           after == fault.after;
}

static void record(const struct task *task, const char *side)
{
    char present[8];
    int length = 0;
    for (size_t v = 0; v < 4; v++) {
        pid_t pid = victims[victim_roles[v]];
        if (pid != 0 && !is_dead(pid))
            present[length++] = victim_letters[v];
    }
    present[length] = '\0';
    printf("%s %s %u %s %s\n", role_names[task->caller], calls[task->call].name, task->number, side, present);
}

static void begins(struct task *task, const struct __ptrace_syscall_info *info, bool recording)
{
    task->call = -1;
    for (int i = 0; i < CALLS; i++) {
        if (calls[i].number != (long)info->entry.nr)
            continue;
        if (calls[i].condition == MARK_0 || calls[i].condition == MARK_1) {
            if (task->role == NODE && is_mark(task->pid, info->entry.args[calls[i].condition == MARK_1]))
                exit(0);
            return;
        }
        if (!counts_here(task, calls[i].condition, (const uint64_t *)info->entry.args))
            return;
        task->call = i;
        task->caller = task->role;
        task->number = ++counts[task->role][i];
        if (recording)
            record(task, "before");
        if (is_struck(task, false))
            strike();
        return;
    }
}

static void started(const struct task *parent)
{
    unsigned long tid = 0;
    if (ptrace(PTRACE_GETEVENTMSG, parent->tid, 0, &tid) != 0 || tid == 0)
        return;
    pid_t pid = process_of((pid_t)tid);
    enum role role = pid == parent->pid ? parent->role : role_of_child(parent->role, pid);
    struct task *known = find((pid_t)tid);
    bool held = known != NULL && known->held;
    struct task *task = add((pid_t)tid, pid, role);
    if (pid != parent->pid)
        become(task, role);
    if (held)
        ptrace(PTRACE_SYSCALL, (pid_t)tid, 0, 0);
}

static void attach(pid_t pid, enum role role)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    DIR *directory = opendir(path);
    if (directory == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        pid_t tid = atoi(entry->d_name);
        if (tid == 0 || find(tid) != NULL)
            continue;
        unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                                PTRACE_O_TRACEEXEC;
        if (ptrace(PTRACE_SEIZE, tid, 0, options) != 0) {
            if (errno == ESRCH || is_dead(pid))
                continue;
            fail("PTRACE_SEIZE");
        }
        become(add(tid, pid, role), role);
        ptrace(PTRACE_INTERRUPT, tid, 0, 0);
    }
    closedir(directory);
}

static int role_named(const char *name)
{
    for (int i = 0; i < ROLES; i++)
        if (strcmp(role_names[i], name) == 0)
            return i;
    errno = EINVAL;
    fail(name);
}

static int call_named(const char *name)
{
    for (int i = 0; i < CALLS; i++)
        if (strcmp(calls[i].name, name) == 0)
            return i;
    errno = EINVAL;
    fail(name);
}

/* Handles a stop of a task; the signal it goes on with, or -1 when it is not to go on as a tracee. */
static int stopped(struct task *task, int status, bool recording)
{
    int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
        struct __ptrace_syscall_info info;
        if (ptrace(PTRACE_GET_SYSCALL_INFO, task->tid, sizeof(info), &info) <= 0)
            return 0;
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            begins(task, &info, recording);
        } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
            if (task->call >= 0 && recording)
                record(task, "after");
            if (task->call >= 0 && is_struck(task, true))
                strike();
            task->call = -1;
        }
        return 0;
    }
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
        started(task);
        return 0;
    }
    if (event == PTRACE_EVENT_EXEC)
        return executed(task) ? 0 : -1;
    if (event == PTRACE_EVENT_STOP) {
        if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) {
            ptrace(PTRACE_LISTEN, task->tid, 0, 0);
            return -2;
        }
        return 0;
    }
    return event != 0 ? 0 : signal;
}

int main(int argc, char **argv)
{
    int at = 1;
    if (argc > 6 && strcmp(argv[1], "--") != 0) {
        fault.wanted = true;
        fault.role = (enum role)role_named(argv[1]);
        fault.call = call_named(argv[2]);
        fault.number = (unsigned)atoi(argv[3]);
        fault.after = strcmp(argv[4], "after") == 0;
        fault.victim = (enum role)role_named(argv[5]);
        at = 6;
    }
    bool recording = !fault.wanted;
    for (at++; at < argc; at++) {
        char *role = strchr(argv[at], ':');
        if (role == NULL)
            continue;
        pid_t pid = atoi(argv[at]);
        /* The program of a container is killed, but not traced. */
        if (role_named(role + 1) == INIT)
            victims[INIT] = pid;
        else
            attach(pid, (enum role)role_named(role + 1));
    }
    printf("attached\n");
    fflush(stdout);
    for (;;) {
        int status;
        pid_t tid = waitpid(-1, &status, __WALL);
        if (tid < 0 && errno == EINTR)
            continue;
        if (tid < 0)
            return 0;
        struct task *task = find(tid);
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            bool node = task != NULL && task->role == NODE && task->pid == tid;
            if (task != NULL)
                task->tid = 0;
            if (node)
                return 0;
            continue;
        }
        if (task == NULL) {
            add(tid, process_of(tid), HELPER)->held = true;
            continue;
        }
        int signal = stopped(task, status, recording);
        if (signal == -1) {
            ptrace(PTRACE_DETACH, tid, 0, 0);
            task->tid = 0;
        } else if (signal >= 0) {
            ptrace(PTRACE_SYSCALL, tid, 0, signal);
        }
    }
}
