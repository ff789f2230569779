/*
 * The monitor: parent of one container that outlives its starter. Its launches are those of the spawner; besides it
 * keeps the container's standard streams, writes its log and how it ended, and serves clients. It waits in ppoll(2)
 * and wakes up for nothing but events.
 */
#include "monitor.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { DRAIN_NS = 2000000000, MAX_POLL = 16 + MAX_CLIENTS + MAX_ATTACHED };

struct slot *container;
bool begun, starting, ended, failed;
static bool aborted;
static int poll_fd, signal_fd, oom_fd = -1;
static struct pollfd polled[MAX_POLL];
static struct {
    enum source source;
    uint32_t index;
} sources[MAX_POLL];
static uint32_t polled_count;

void poll_add(int fd, short events, enum source source, uint32_t index)
{
    if (polled_count == MAX_POLL)
        return;
    polled[polled_count] = (struct pollfd){fd, events, 0};
    sources[polled_count].source = source;
    sources[polled_count++].index = index;
}

static int fd_at(const int *fds, uint32_t count, int32_t index)
{
    return index >= 0 && (uint32_t)index < count ? fds[index] : -1;
}

int monitor_configure(const struct monitor_config *config, const int *fds, uint32_t count)
{
    int standard[3];
    int directory = fd_at(fds, count, config->directory);
    if (config->abi != MONITOR_ABI)
        return -EPROTO;
    if (listener >= 0 || directory < 0)
        return -EINVAL;
    for (int i = 0; i < 3; i++)
        standard[i] = fd_at(fds, count, config->standard[i]);
    int result = record_open(directory);
    if (result == 0)
        result = listener_open(directory);
    if (result < 0)
        return result;
    log_open(fd_at(fds, count, config->log_directory), config->log_number, config->log_files, config->log_size);
    streams_open(standard, (config->flags & CONFIG_TERMINAL) != 0);
    return 0;
}

/* POLLHUP stays as long as nobody has the terminal open; the edge tells when somebody writes or reads again. */
void monitor_watch_terminal(int master)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u64 = WATCH_TERMINAL};
    sys_4(SYS_epoll_ctl, poll_fd, EPOLL_CTL_ADD, master, &event);
}

void monitor_oom(int fd)
{
    close_fd(&oom_fd);
    oom_fd = fd;
}

/* The starter went before the container was its own: nothing of it is to be left. */
void monitor_abort(void)
{
    aborted = true;
    if (container != NULL && !ended)
        slot_kill(container);
}

void monitor_failed(int op, int error)
{
    failed = true;
    ended = true;
    record.phase = PHASE_FAILED;
    record.op = op;
    record.error = error;
    record.ended_ns = now_ns(0);
    record_write(true);
}

/* Sees what clients hear of launches. */
static bool observe(struct slot *slot, const struct report *report, int fd)
{
    if (slot != container && !starting)
        return false;
    struct report end = {.type = R_ENDED};
    switch (report->type) {
    case R_CLONED:
        record.pid = report->pid;
        return false;
    case R_STARTED:
        record.pid = report->pid;
        if (record.phase != PHASE_STARTING)
            return false;
        record.phase = PHASE_RUNNING;
        record.started_ns = now_ns(0);
        record_write(false);
        return false;
    case R_FAILED:
        failed = true;
        record.phase = PHASE_FAILED;
        record.op = report->op;
        record.error = report->error;
        record_write(true);
        return false;
    case R_FD:
        if (report->value != FD_PTY)
            return false;
        stream_terminal(fd);
        return true;
    case R_EXIT:
        ended = true;
        container = NULL;
        if (!failed)
            record_report(report, oom_fd);
        end.value = report->value;
        end.final = (record.flags & RECORD_OOM_KNOWN) != 0 && record.oom_kills > 0;
        if (!failed)
            clients_tell(&end);
        return false;
    }
    return false;
}

static void reap(void)
{
    char info[128];
    while (sys_3(SYS_read, signal_fd, info, sizeof info) > 0)
        ;
    if (!failed)
        record_exit(oom_fd);
    launches_reap();
}

/* Kills what is left of the container, and reports the ends of what clients started in it. */
static void clean_up(void)
{
    siginfo_t info;
    for (;;) {
        struct pollfd child = {signal_fd, POLLIN, 0};
        kill_children();
        reap();
        if (sys_5(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) == -ECHILD)
            return;
        sys_poll(&child, 1, 10);
    }
}

_Noreturn static void finish(void)
{
    struct report over = {.type = R_GONE};
    listener_close();
    clean_up();
    streams_drain();
    log_end();
    clients_tell(&over);
    sys_exit(0);
}

static void dispatch(uint32_t i)
{
    struct epoll_event events[16];
    uint32_t index = sources[i].index;
    long count;
    switch (sources[i].source) {
    case FROM_LISTENER:
        listener_ready();
        break;
    case FROM_LAUNCHES:
        count = sys_6(SYS_epoll_pwait, poll_fd, events, 16, 0, NULL, 8);
        for (long e = 0; e < count; e++)
            if (events[e].data.u64 == WATCH_TERMINAL)
                terminal_woken(events[e].events);
            else
                launch_event(events[e].data.u64);
        break;
    case FROM_CHILDREN:
        reap();
        break;
    case FROM_CLIENT:
        client_ready(index);
        break;
    case FROM_OUTPUT:
        output_ready(index);
        break;
    case FROM_ATTACHED:
        attached_ready(index);
        break;
    case TO_STDIN:
        stdin_ready();
        break;
    }
}

/* Milliseconds until output is waited for no longer, which a descendant may hold open; -1: no end in sight. */
static int time_left(uint64_t *deadline)
{
    if (!ended)
        return -1;
    uint64_t now = now_ns(1);
    if (*deadline == 0)
        *deadline = now + (failed || aborted ? 0 : DRAIN_NS);
    return streams_ended() || now >= *deadline ? 0 : (int)((*deadline - now) / 1000000 + 1);
}

_Noreturn void monitor_main(void)
{
    uint64_t child = 1ULL << (SIGCHLD - 1), deadline = 0;
    /* Nobody's child: who started us need not wait for us, and may be gone. */
    if (clone_plain() != 0)
        sys_exit(0);
    sys_0(SYS_setsid);
    sys_1(SYS_chdir, "/");
    sys_prctl(PR_SET_CHILD_SUBREAPER, 1, 0);
    report_flags = MSG_DONTWAIT;
    launches_max = MAX_LAUNCHES;
    launches_owned = true;
    slot_observer = observe;
    poll_fd = launches_open();
    signal_fd = (int)sys_4(SYS_signalfd4, -1, &child, 8, O_CLOEXEC | O_NONBLOCK);
    if (poll_fd < 0 || signal_fd < 0)
        sys_exit(71);
    client_add(NODE_FD, true);
    for (;;) {
        polled_count = 0;
        poll_add(signal_fd, POLLIN, FROM_CHILDREN, 0);
        poll_add(poll_fd, POLLIN, FROM_LAUNCHES, 0);
        clients_poll();
        streams_poll();
        int left = time_left(&deadline);
        if (left == 0 || (aborted && !begun))
            finish();
        if (sys_poll(polled, polled_count, left) <= 0)
            continue;
        for (uint32_t i = 0; i < polled_count; i++)
            if (polled[i].revents != 0)
                dispatch(i);
    }
}
