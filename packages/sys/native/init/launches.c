/* Launches: a plan becomes a process. Of the spawner, and of a monitor. */
#include "spawner.h"

#include <signal.h>
#include <sys/mman.h>

struct slot slots[MAX_SLOTS];
uint32_t slots_used, launches_max = MAX_SLOTS;
bool launches_owned;
struct message message;
static int32_t (*progress)[MAX_SLOTS];
static int poll_fd;

void launches_watch(int fd, uint64_t data)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};
    sys_4(SYS_epoll_ctl, poll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* The epoll descriptor that launches are watched with, or -errno. */
int launches_open(void)
{
    poll_fd = (int)sys_1(SYS_epoll_create1, EPOLL_CLOEXEC);
    progress = (void *)sys_6(SYS_mmap, NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                             0);
    return (unsigned long)progress > -4096UL ? -ENOMEM : poll_fd;
}

void launches_unwatch(int fd)
{
    struct epoll_event none = {0};
    sys_4(SYS_epoll_ctl, poll_fd, EPOLL_CTL_DEL, fd, &none);
}

/* In a child: what the plans before it have left in memory, its own, and the table that all launches share. */
void launches_forget(void)
{
    if ((void *)self.plan != message.payload)
        sys_2(SYS_munmap, self.plan, self.plan->size);
    sys_3(SYS_madvise, &message, sizeof message, MADV_DONTNEED);
    sys_2(SYS_munmap, progress, sizeof *progress);
}

void launch_event(uint64_t index)
{
    slot_read(&slots[index], &(*progress)[index]);
}

int launches_reap(void)
{
    return slots_reap(*progress);
}

/* What a monitor starts is its own: it dies with it, and descendants need no keeper, for it is a subreaper itself. */
static void own_plan(struct plan *plan)
{
    if ((plan->flags & PLAN_KEEPER) != 0 && plan->before_count > 0)
        plan->flags |= PLAN_INTERMEDIATE;
    plan->flags &= ~(uint32_t)(PLAN_KEEPER | PLAN_DETACHED);
}

static uint32_t free_slot(void)
{
    for (uint32_t i = 0; i < slots_used; i++)
        if (slots[i].id == 0)
            return i;
    return slots_used < launches_max ? slots_used++ : MAX_SLOTS;
}

void launch_refuse(int to, uint32_t id, int error, const char *detail)
{
    struct report failed = {.type = R_FAILED, .id = id, .op = OP_INDEX_CLONE, .error = -error};
    struct report gone = {.type = R_EXIT, .id = id, .value = 127 << 8, .final = 1};
    memcpy(failed.detail, detail, text_length(detail) + 1);
    report_send(to, &failed, -1);
    report_send(to, &gone, -1);
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
    launches_watch(pair[0], index);
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

struct slot *launch_start(int to, uint32_t size, int *fds, uint32_t count, bool in_memfd)
{
    uint32_t id = message.head.id, index = free_slot();
    struct slot *started = NULL;
    const char *unsound;
    self.plan = in_memfd ? NULL : (struct plan *)message.payload;
    self.id = id;
    if (in_memfd && count > 0) {
        self.plan = map_plan(fds[--count], size);
        sys_close(fds[count]);
    }
    for (uint32_t i = 0; i < count; i++)
        self.fds[i] = fds[i];
    if (id == 0)
        launch_refuse(to, id, -EINVAL, "a launch without an id");
    else if (self.plan == NULL)
        launch_refuse(to, id, -ENOMEM, "map the plan");
    else if (index == MAX_SLOTS)
        launch_refuse(to, id, -EAGAIN, "no free slot in the spawner");
    else if ((unsound = plan_decode(self.plan, size, count)) != NULL)
        launch_refuse(to, id, -EINVAL, unsound);
    else {
        if (launches_owned)
            own_plan(self.plan);
        slots[index] = (struct slot){.id = id, .to = to, .status = -1, .pidfd = -1};
        int result = launch(&slots[index], index);
        if (result < 0) {
            slots[index].id = 0;
            launch_refuse(to, id, result, self.detail != NULL ? self.detail : "clone3");
        } else {
            started = &slots[index];
        }
    }
    for (uint32_t i = 0; i < count; i++)
        sys_close(fds[i]);
    if (in_memfd && self.plan != NULL)
        sys_2(SYS_munmap, self.plan, size);
    return started;
}

struct slot *launch_find(int to, uint32_t id)
{
    for (uint32_t i = 0; id != 0 && i < slots_used; i++)
        if (slots[i].id == id && slots[i].to == to)
            return &slots[i];
    return NULL;
}

long message_receive(int socket, int **fds, uint32_t *count)
{
    static union {
        struct cmsghdr head;
        char space[CMSG_SPACE(FD_MAX * sizeof(int))];
    } control;
    struct iovec part = {&message, sizeof message};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    long size = sys_3(SYS_recvmsg, socket, &header, MSG_CMSG_CLOEXEC);
    *fds = NULL;
    *count = 0;
    if (size > 0 && header.msg_controllen >= sizeof control.head && control.head.cmsg_type == SCM_RIGHTS) {
        *fds = (int *)CMSG_DATA(&control.head);
        *count = (uint32_t)((control.head.cmsg_len - CMSG_LEN(0)) / sizeof(int));
    }
    return size;
}

bool message_launch(int to, long size, int *fds, uint32_t count)
{
    struct slot *slot;
    switch (message.head.type) {
    case Q_START:
        launch_start(to, (uint32_t)size - sizeof message.head, fds, count, false);
        return true;
    case Q_START_MEMFD:
        launch_start(to, message.head.size, fds, count, true);
        return true;
    case Q_CONTINUE:
        if ((slot = launch_find(to, message.head.id)) != NULL && slot->status >= 0)
            sys_6(SYS_sendto, slot->status, &message.head.value, 4, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
        return true;
    case Q_KILL:
        if ((slot = launch_find(to, message.head.id)) != NULL)
            slot_kill(slot);
        return true;
    }
    return false;
}
