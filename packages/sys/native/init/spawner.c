/*
 * The spawner: takes plans from Node, clones, waits and relays. Nothing here waits for one launch.
 */
#include "spawner.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

struct slot slots[MAX_SLOTS];
uint32_t slots_used;
static int32_t (*progress)[MAX_SLOTS];
static int poll_fd, signal_fd;
static struct {
    struct request head;
    char plan[PLAN_INLINE_MAX];
} message __attribute__((aligned(16)));

static void watch(int fd, uint64_t data)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};
    sys_4(SYS_epoll_ctl, poll_fd, EPOLL_CTL_ADD, fd, &event);
}

static uint32_t free_slot(void)
{
    for (uint32_t i = 0; i < slots_used; i++)
        if (slots[i].id == 0)
            return i;
    return slots_used < MAX_SLOTS ? slots_used++ : MAX_SLOTS;
}

static void refuse(uint32_t id, int error, const char *detail)
{
    struct report failed = {.type = R_FAILED, .id = id, .op = OP_INDEX_CLONE, .error = -error};
    struct report gone = {.type = R_EXIT, .id = id, .value = 127 << 8, .final = 1};
    memcpy(failed.detail, detail, text_length(detail) + 1);
    report_send(NODE_FD, &failed, -1);
    report_send(NODE_FD, &gone, -1);
}

static int launch(struct slot *slot, uint32_t index)
{
    int pair[2], pidfd = -1, pid;
    int result = (int)sys_4(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
    if (result < 0)
        return result;
    self.status = pair[1];
    self.progress = &(*progress)[index];
    *self.progress = OP_INDEX_CLONE;
    self.detail = NULL;
    if (self.plan->flags & (PLAN_KEEPER | PLAN_INTERMEDIATE)) {
        pid = clone_plain();
        if (pid == 0) {
            if (self.plan->flags & PLAN_KEEPER)
                keeper_main();
            intermediate_main();
        }
        slot->helper = pid;
    } else {
        pid = clone_planned(&pidfd, 0);
        slot->pid = pid;
    }
    sys_close(pair[1]);
    if (pid < 0) {
        sys_close(pair[0]);
        close_fd(&pidfd);
        return pid;
    }
    slot->status = pair[0];
    slot->pidfd = pidfd;
    slot->flags = self.plan->flags;
    watch(pair[0], index);
    if (slot->pid > 0 && (slot->flags & PLAN_REPORT_PID) != 0)
        slot_cloned(slot);
    return 0;
}

/* The plan in a memfd, or NULL. Bytes beyond the file's end would be SIGBUS. */
static struct plan *map_plan(int fd, uint32_t size)
{
    struct stat st;
    if (sys_fstat(fd, &st) < 0 || st.st_size < (long)size)
        return NULL;
    void *map = (void *)sys_6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    return (unsigned long)map > -4096UL ? NULL : map;
}

static void start(uint32_t size, int *fds, uint32_t count, bool in_memfd)
{
    uint32_t id = message.head.id, index = free_slot();
    const char *unsound;
    self.plan = in_memfd ? NULL : (struct plan *)message.plan;
    self.id = id;
    if (in_memfd && count > 0) {
        self.plan = map_plan(fds[--count], size);
        sys_close(fds[count]);
    }
    for (uint32_t i = 0; i < count; i++)
        self.fds[i] = fds[i];
    if (self.plan == NULL)
        refuse(id, -ENOMEM, "map the plan");
    else if (index == MAX_SLOTS)
        refuse(id, -EAGAIN, "no free slot in the spawner");
    else if ((unsound = plan_decode(self.plan, size, count)) != NULL)
        refuse(id, -EINVAL, unsound);
    else {
        slots[index] = (struct slot){.id = id, .status = -1, .pidfd = -1};
        int result = launch(&slots[index], index);
        if (result < 0) {
            slots[index].id = 0;
            refuse(id, result, self.detail != NULL ? self.detail : "clone3");
        }
    }
    for (uint32_t i = 0; i < count; i++)
        sys_close(fds[i]);
    if (in_memfd && self.plan != NULL)
        sys_2(SYS_munmap, self.plan, size);
}

static struct slot *find(uint32_t id)
{
    for (uint32_t i = 0; i < slots_used; i++)
        if (slots[i].id == id)
            return &slots[i];
    return NULL;
}

/* A request of Node. The end of its socket is the end of everything: the guard kills what was attached. */
static void from_node(void)
{
    static union {
        struct cmsghdr head;
        char space[CMSG_SPACE(FD_MAX * sizeof(int))];
    } control;
    struct iovec part = {&message, sizeof message};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    long size = sys_3(SYS_recvmsg, NODE_FD, &header, MSG_CMSG_CLOEXEC);
    if (size == -EINTR || size == -EAGAIN)
        return;
    if (size < (long)sizeof message.head)
        sys_exit(0);
    int *fds = NULL;
    uint32_t count = 0;
    if (header.msg_controllen >= sizeof control.head && control.head.cmsg_type == SCM_RIGHTS) {
        fds = (int *)CMSG_DATA(&control.head);
        count = (uint32_t)((control.head.cmsg_len - CMSG_LEN(0)) / sizeof(int));
    }
    struct slot *slot;
    switch (message.head.type) {
    case Q_START:
        start((uint32_t)size - sizeof message.head, fds, count, false);
        break;
    case Q_START_MEMFD:
        start(message.head.size, fds, count, true);
        break;
    case Q_CONTINUE:
        if ((slot = find(message.head.id)) != NULL && slot->status >= 0)
            sys_6(SYS_sendto, slot->status, &message.head.value, 4, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
        break;
    case Q_KILL:
        if ((slot = find(message.head.id)) != NULL)
            slot_kill(slot);
        break;
    }
}

_Noreturn void spawner_main(void)
{
    struct epoll_event events[64];
    uint64_t child = 1ULL << (SIGCHLD - 1);
    poll_fd = (int)sys_1(SYS_epoll_create1, EPOLL_CLOEXEC);
    signal_fd = (int)sys_4(SYS_signalfd4, -1, &child, 8, O_CLOEXEC | O_NONBLOCK);
    progress = (void *)sys_6(SYS_mmap, NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                             0);
    if (poll_fd < 0 || signal_fd < 0 || (unsigned long)progress > -4096UL)
        sys_exit(71);
    watch(NODE_FD, WATCH_NODE);
    watch(signal_fd, WATCH_CHILDREN);
    for (;;) {
        long count = sys_6(SYS_epoll_pwait, poll_fd, events, 64, -1, NULL, 8);
        bool reap = false;
        for (long i = 0; i < count; i++) {
            uint64_t source = events[i].data.u64;
            if (source == WATCH_NODE)
                from_node();
            else if (source == WATCH_CHILDREN)
                reap = true;
            else
                slot_read(&slots[source], &(*progress)[source]);
        }
        if (reap) {
            char info[128];
            while (sys_3(SYS_read, signal_fd, info, sizeof info) > 0)
                ;
            slots_reap(*progress);
        }
    }
}
