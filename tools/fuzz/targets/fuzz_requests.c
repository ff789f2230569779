/*
 * The requests of a monitor's clients: its configuration, launches, attaches and the rest, as messages with descriptors.
 * A launch makes no process but a number that none has; a signal to any other than these is a finding.
 */
#include "monitor.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { NOBODY = 1 << 22, MANY = 1 << 16 }; /* above the largest pid that Linux gives */
static int next_pid = NOBODY;

int clone_plain(void)
{
    next_pid = NOBODY + (next_pid + 1) % MANY;
    return next_pid % 7 == 0 ? -EAGAIN : next_pid;
}

int clone_planned(int *pidfd, uint64_t extra_flags)
{
    (void)extra_flags;
    *pidfd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return clone_plain();
}

static void forbidden(int number)
{
    (void)number;
    abort();
}

/* kill(2) of processes that were not made here, and mounts. */
static void forbid(void)
{
    static const uint32_t calls[] = {SYS_mount, SYS_umount2, SYS_pivot_root, SYS_move_mount};
    struct sock_filter code[32];
    unsigned n = 0;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    }
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 0, 5);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]));
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 3, 0);
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, NOBODY + MANY, 1, 0);
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, NOBODY, 1, 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {(unsigned short)n, code};
    signal(SIGSYS, forbidden);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        abort();
}

static char directory[] = "/tmp/cofferdam-fuzz-XXXXXX";

static void remove_directory(void)
{
    rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    if (mkdtemp(directory) == NULL || launches_open() < 0)
        abort();
    atexit(remove_directory);
    report_flags = MSG_DONTWAIT;
    launches_max = MAX_LAUNCHES;
    forbid();
    return 0;
}

/* One message: its bytes and descriptors of the kinds that clients send; those that arrive belong to the monitor. */
static void post(int socket, const uint8_t *bytes, size_t size, unsigned kinds, unsigned count)
{
    int fds[8];
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(sizeof fds)];
    } control = {0};
    struct iovec part = {(void *)bytes, size};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    for (unsigned i = 0; i < count; i++) {
        unsigned kind = (kinds >> i) & 1;
        fds[i] = kind ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : memfd_create("plan", MFD_CLOEXEC);
        if (!kind && size > sizeof(struct request))
            if (write(fds[i], bytes + sizeof(struct request), size - sizeof(struct request)) < 0)
                abort();
    }
    if (count > 0) {
        control.head = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(count * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    }
    sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
}

static int connect_client(bool starter)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        abort();
    client_add(pair[1], starter);
    return pair[0];
}

/* What is left of a launch when all of it has ended, as slots.c leaves it. */
static void end_launch(uint32_t index)
{
    if (index >= slots_used || slots[index].id == 0)
        return;
    launch_event(index);
    slots[index].helper = 0;
    slots[index].exited = true;
    slots[index].id = 0;
    if (container == &slots[index])
        container = NULL;
}

/* Input: messages of {u8 client and launch that ends, u8 kinds, u8 descriptors, u16 size, bytes}. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char reply[1024];
    static const int none[3] = {-1, -1, -1};
    int lowest = dup(0);
    /* Of a monitor, or of a spawner. */
    launches_owned = size > 0 && (data[0] & 0x40) == 0;
    begun = starting = ended = failed = starter_detached = false;
    container = NULL;
    int sockets[2] = {connect_client(true), connect_client(false)};
    for (size_t at = 0; at + 5 <= size;) {
        unsigned client = data[at] & 1;
        size_t length = (size_t)data[at + 3] | (size_t)data[at + 4] << 8;
        length = length < size - at - 5 ? length : size - at - 5;
        post(sockets[client], data + at + 5, length, data[at + 1], data[at + 2] % 8);
        client_ready(client);
        while (recv(sockets[client], reply, sizeof reply, MSG_DONTWAIT) > 0)
            ;
        if (data[at] & 0x80)
            end_launch((data[at] >> 1) % 8);
        at += 5 + length;
    }
    for (uint32_t i = 0; i < 2; i++) {
        close(sockets[i]);
        client_ready(i);
    }
    for (uint32_t i = 0; i < slots_used; i++)
        end_launch(i);
    slots_used = 0;
    listener_close();
    log_open(-1, 0, 1, 0);
    streams_open(none, false);
    monitor_oom(-1);
    char path[64];
    memcpy(path, directory, sizeof directory);
    memcpy(path + sizeof directory - 1, "/record", 8);
    unlink(path);
    /* What the monitor has kept: it would end with its process. */
    close_range((unsigned)lowest, ~0U, 0);
    return 0;
}
