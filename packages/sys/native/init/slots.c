/* What becomes of a launch: messages of its child, the start, the exit. */
#include "spawner.h"

#include <signal.h>
#include <sys/wait.h>

/* A child of CLONE_PARENT can end before its intermediate has told its pid. */
static struct {
    int pid, status;
    struct rusage usage;
} early[64];
static unsigned early_next;

/* An intermediate that has not told the pid of what it has cloned. */
static bool is_awaited(const struct slot *slot)
{
    return slot->id != 0 && (slot->flags & PLAN_INTERMEDIATE) != 0 && slot->pid == 0 && slot->status >= 0;
}

/* What is noted concerns only those that are awaited; a pid comes again. */
static void forget_early(void)
{
    for (uint32_t i = 0; i < slots_used; i++)
        if (is_awaited(&slots[i]))
            return;
    for (unsigned i = 0; i < 64; i++)
        early[i].pid = 0;
}

bool (*slot_observer)(struct slot *slot, const struct report *report, int fd);

static void tell(struct slot *slot, struct report *report, int fd)
{
    if (slot_observer != NULL && slot_observer(slot, report, fd))
        fd = -1;
    if (slot->to >= 0)
        report_send(slot->to, report, fd);
}

/* Hands the pid and pidfd to the client. */
void slot_cloned(struct slot *slot)
{
    struct report report = {.type = R_CLONED, .id = slot->id, .pid = slot->pid};
    tell(slot, &report, slot->pidfd);
    close_fd(&slot->pidfd);
    slot->pidfd = -1;
}

static void started(struct slot *slot)
{
    struct report report = {.type = R_STARTED, .id = slot->id, .pid = slot->pid};
    tell(slot, &report, slot->pidfd);
    close_fd(&slot->pidfd);
    slot->pidfd = -1;
}

/* The slot is free when nothing of the launch is a child of ours any more and its socket is closed. */
static void settle(struct slot *slot)
{
    if (slot->status >= 0 || slot->helper > 0 || (slot->pid > 0 && !slot->exited && (slot->flags & PLAN_KEEPER) == 0))
        return;
    if ((slot->flags & PLAN_KEEPER) == 0 || !slot->told) {
        struct report report = {
            .type = R_EXIT,
            .id = slot->id,
            .pid = slot->pid,
            .value = (uint32_t)slot->exit_status,
            .final = 1,
            .max_rss_kib = (uint32_t)slot->usage.ru_maxrss,
            .user_us = (uint64_t)slot->usage.ru_utime.tv_sec * 1000000 + (uint64_t)slot->usage.ru_utime.tv_usec,
            .system_us = (uint64_t)slot->usage.ru_stime.tv_sec * 1000000 + (uint64_t)slot->usage.ru_stime.tv_usec,
        };
        tell(slot, &report, -1);
    }
    close_fd(&slot->pidfd);
    slot->id = 0;
    while (slots_used > 0 && slots[slots_used - 1].id == 0)
        slots_used--;
}

/* The launch's socket ended: the program runs, or the process died on the way. */
static void ended(struct slot *slot, const volatile int32_t *progress)
{
    /* Children of other launches may have a copy, for which epoll(7) would go on to report it. */
    launches_unwatch(slot->status);
    sys_close(slot->status);
    slot->status = -1;
    if (!slot->failed) {
        /* A detached launch leaves us for another starter's socket (OP_WAIT). */
        if (*progress == PROGRESS_EXEC || ((slot->flags & PLAN_DETACHED) != 0 && !slot->exited)) {
            started(slot);
        } else {
            struct report report = {.type = R_FAILED, .id = slot->id, .op = *progress, .detail = "killed"};
            tell(slot, &report, -1);
            slot->failed = true;
        }
    }
    settle(slot);
}

static void known(struct slot *slot, int pid, int pidfd)
{
    slot->pid = pid;
    slot->pidfd = pidfd;
    for (unsigned i = 0; (slot->flags & PLAN_KEEPER) == 0 && i < 64; i++) {
        if (early[i].pid != pid)
            continue;
        slot->exited = true;
        slot->exit_status = early[i].status;
        slot->usage = early[i].usage;
        early[i].pid = 0;
    }
    if (slot->flags & PLAN_INTERMEDIATE)
        forget_early();
    if (slot->killed)
        slot_kill(slot);
    if (slot->flags & PLAN_REPORT_PID)
        slot_cloned(slot);
}

void slot_read(struct slot *slot, const volatile int32_t *progress)
{
    while (slot->id != 0 && slot->status >= 0) {
        struct report report = {0};
        union {
            struct cmsghdr head;
            char space[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec part = {&report, sizeof report};
        struct msghdr header = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        long size = sys_3(SYS_recvmsg, slot->status, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (size == -EAGAIN || size == -EINTR)
            return;
        /* The child has left a message unread; what it has sent comes after this. */
        if (size == -ECONNRESET)
            continue;
        if (size <= 0) {
            ended(slot, progress);
            return;
        }
        int fd = -1;
        if (header.msg_controllen >= sizeof control.head && control.head.cmsg_type == SCM_RIGHTS)
            fd = *(int *)CMSG_DATA(&control.head);
        if (report.type == R_CLONED) {
            known(slot, report.pid, fd);
            continue;
        }
        if (report.type == R_FAILED)
            slot->failed = true;
        report.id = slot->id;
        if (slot_observer != NULL && slot_observer(slot, &report, fd))
            continue;
        if (slot->to >= 0)
            report_send(slot->to, &report, fd);
        close_fd(&fd);
    }
}

void slot_kill(struct slot *slot)
{
    slot->killed = true;
    /* An intermediate goes on: what it clones is killed when its pid is known. */
    if ((slot->flags & PLAN_KEEPER) != 0 && slot->helper > 0)
        sys_kill(slot->helper, SIGTERM);
    else if ((slot->flags & PLAN_KEEPER) == 0 && slot->pid > 0 && !slot->exited)
        sys_kill(slot->pid, SIGKILL);
}

static struct slot *owner(int pid)
{
    for (uint32_t i = 0; i < slots_used; i++) {
        struct slot *slot = &slots[i];
        if (slot->id != 0 && (slot->helper == pid || (slot->pid == pid && (slot->flags & PLAN_KEEPER) == 0)))
            return slot;
    }
    return NULL;
}

int slots_reap(const volatile int32_t *progress)
{
    int pid, status;
    struct rusage usage;
    while ((pid = sys_wait4(-1, &status, WNOHANG | __WALL, &usage)) > 0) {
        struct slot *slot = owner(pid);
        if (slot == NULL) {
            for (uint32_t i = 0; i < slots_used; i++)
                if (is_awaited(&slots[i]))
                    slot_read(&slots[i], &progress[i]);
            slot = owner(pid);
        }
        if (slot == NULL) {
            early[early_next].pid = pid;
            early[early_next].status = status;
            early[early_next].usage = usage;
            early_next = (early_next + 1) % 64;
            forget_early();
            continue;
        }
        if (slot->helper == pid) {
            slot->helper = 0;
            /* A keeper that ends well has told Node everything itself. */
            slot->told = (slot->flags & PLAN_KEEPER) != 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
            if (slot->pid == 0 || (slot->flags & PLAN_KEEPER) != 0)
                slot->exit_status = status;
        } else {
            slot->exited = true;
            slot->exit_status = status;
            slot->usage = usage;
        }
        slot_read(slot, &progress[slot - slots]);
        if (slot->id != 0)
            settle(slot);
    }
    return pid;
}
