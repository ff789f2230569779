/*
 * Standard input and output of the container: what it writes goes to the log and to the attached clients' pipes, what
 * they write goes to it. A client that does not read is cut off, never waited for.
 */
#include "monitor.h"

#include <asm/ioctls.h>

/* 2 MiB, twice the largest pipe (/proc/sys/fs/pipe-max-size). */
enum { DRAIN_CHUNKS = 64 };

static struct attached {
    int client, in, out[2];
    uint32_t id;
    bool used, closes;
} attached[MAX_ATTACHED];
static uint32_t attached_used;

int stdin_fd = -1;
bool has_terminal;
static int output[2] = {-1, -1};
/* Nobody has the terminal open, as between two uses of /dev/console: no end yet, and nothing to poll for. */
static bool terminal_awaited, terminal_idle, terminal_watched;

/* What a client wrote and the container has not taken yet; while there is something no client is read. */
static struct {
    char data[4096];
    uint32_t begin, end;
} pending;

static void set_nonblocking(int fd)
{
    long flags = sys_2(SYS_fcntl, fd, F_GETFL);
    sys_3(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
}

static void shut(int *fd)
{
    close_fd(fd);
    *fd = -1;
}

void streams_open(const int *fds, bool terminal)
{
    has_terminal = terminal_awaited = terminal;
    stdin_fd = fds[0];
    output[0] = fds[1];
    output[1] = fds[2];
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            set_nonblocking(fds[i]);
}

void stream_terminal(int master)
{
    has_terminal = true;
    terminal_awaited = false;
    output[0] = master;
    stdin_fd = (int)sys_3(SYS_fcntl, master, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    set_nonblocking(master);
}

static bool read_output(uint32_t stream);

/* What can be in a pipe or terminal, and no more: whoever has been handed the other end may go on writing for ever. */
static void drain(uint32_t stream)
{
    for (uint32_t i = 0; i < DRAIN_CHUNKS && output[stream] >= 0 && read_output(stream); i++)
        ;
}

bool streams_ended(void)
{
    if (ended && terminal_idle)
        drain(0);
    return output[0] < 0 && output[1] < 0;
}

void streams_poll(void)
{
    for (uint32_t i = 0; i < 2; i++)
        if (output[i] >= 0 && !(i == 0 && terminal_idle))
            poll_add(output[i], POLLIN, FROM_OUTPUT, i);
    if (stdin_fd < 0)
        return;
    if (pending.end > pending.begin) {
        if (!terminal_idle)
            poll_add(stdin_fd, POLLOUT, TO_STDIN, 0);
        return;
    }
    for (uint32_t i = 0; i < attached_used; i++)
        if (attached[i].used && attached[i].in >= 0)
            poll_add(attached[i].in, POLLIN, FROM_ATTACHED, i);
}

static void release(struct attached *one)
{
    shut(&one->in);
    shut(&one->out[0]);
    shut(&one->out[1]);
    one->used = false;
    while (attached_used > 0 && !attached[attached_used - 1].used)
        attached_used--;
}

static void lagged(struct attached *one, uint32_t number, uint64_t offset, uint64_t got)
{
    struct report report = {
        .type = R_LAGGED, .id = one->id, .value = number, .user_us = offset, .system_us = got};
    report_send(one->client, &report, -1);
    release(one);
}

/*
 * Gives the chunk to all that are attached; `number` and `offset` are those of its record, or of the next where it has
 * none.
 */
static void relay(uint32_t stream, uint32_t size, uint32_t number, uint64_t offset, bool logged)
{
    for (uint32_t i = 0; i < attached_used; i++) {
        struct attached *one = &attached[i];
        if (!one->used || one->out[stream] < 0)
            continue;
        long written = sys_3(SYS_write, one->out[stream], log_data(), size);
        if (written == (long)size)
            continue;
        if (written >= 0 || written == -EAGAIN)
            lagged(one, number, offset, logged && written > 0 ? (uint64_t)written : 0);
        else
            shut(&one->out[stream]);
    }
}

static void end_output(uint32_t stream)
{
    shut(&output[stream]);
    if (has_terminal)
        shut(&stdin_fd);
    for (uint32_t i = 0; i < attached_used; i++)
        if (attached[i].used)
            shut(&attached[i].out[stream]);
}

/* False when there is nothing (more) to be read now. */
static bool read_output(uint32_t stream)
{
    long size = sys_3(SYS_read, output[stream], log_data(), CHUNK);
    if (size == -EAGAIN || size == -EINTR)
        return false;
    if (size == -EIO && has_terminal && !ended) {
        terminal_idle = true;
        if (!terminal_watched)
            monitor_watch_terminal(output[stream]);
        terminal_watched = true;
        return false;
    }
    if (size <= 0) {
        end_output(stream);
        return false;
    }
    uint64_t offset;
    bool logged = log_append((uint8_t)(1 + stream), (uint32_t)size, &offset);
    relay(stream, (uint32_t)size, log_number, offset, logged);
    return true;
}

/* Without news but POLLHUP it stays as it is: our own attempt to write would wake us up again. */
void terminal_woken(uint32_t events)
{
    if ((events & POLLIN) != 0 || (events & POLLHUP) == 0)
        terminal_idle = false;
}

void output_ready(uint32_t stream)
{
    if (output[stream] >= 0)
        read_output(stream);
}

void streams_drain(void)
{
    drain(0);
    drain(1);
}

static void end_stdin(void)
{
    shut(&stdin_fd);
    pending.begin = pending.end = 0;
    for (uint32_t i = 0; i < attached_used; i++)
        if (attached[i].used)
            shut(&attached[i].in);
}

void stdin_ready(void)
{
    long size = sys_3(SYS_write, stdin_fd, pending.data + pending.begin, pending.end - pending.begin);
    if (size == -EAGAIN || size == -EINTR)
        return;
    if (size < 0) {
        end_stdin();
        return;
    }
    pending.begin += (uint32_t)size;
}

void attached_ready(uint32_t index)
{
    struct attached *one = &attached[index];
    if (!one->used || one->in < 0 || stdin_fd < 0 || pending.end > pending.begin)
        return;
    long size = sys_3(SYS_read, one->in, pending.data, sizeof pending.data);
    if (size == -EAGAIN || size == -EINTR)
        return;
    if (size <= 0) {
        shut(&one->in);
        if (one->closes && !has_terminal)
            end_stdin();
        return;
    }
    pending.begin = 0;
    pending.end = (uint32_t)size;
    stdin_ready();
}

int attach(int client, uint32_t id, uint32_t flags, const int *fds, uint32_t count)
{
    uint32_t index = 0, next = 0;
    while (index < attached_used && attached[index].used)
        index++;
    if (index == MAX_ATTACHED || count != (uint32_t)__builtin_popcount(flags & 7)) {
        for (uint32_t i = 0; i < count; i++)
            sys_close(fds[i]);
        return index == MAX_ATTACHED ? -EUSERS : -EINVAL;
    }
    struct attached *one = &attached[index];
    *one = (struct attached){client, -1, {-1, -1}, id, true, (flags & ATTACH_CLOSE) != 0};
    if (index == attached_used)
        attached_used++;
    for (uint32_t i = 0; i < count; i++)
        set_nonblocking(fds[i]);
    if (flags & ATTACH_STDIN)
        one->in = fds[next++];
    for (int i = 0; i < 2; i++) {
        if ((flags & (uint32_t)(ATTACH_STDOUT << i)) == 0)
            continue;
        /* What an event loop can leave unread for a while. */
        sys_3(SYS_fcntl, fds[next], F_SETPIPE_SZ, 1 << 20);
        one->out[i] = fds[next++];
    }
    if (stdin_fd < 0 && !terminal_awaited)
        shut(&one->in);
    for (int i = 0; i < 2; i++)
        if (output[i] < 0 && !(i == 0 && terminal_awaited))
            shut(&one->out[i]);
    return 0;
}

void detach(int client, uint32_t id)
{
    for (uint32_t i = 0; i < attached_used; i++)
        if (attached[i].used && attached[i].client == client && attached[i].id == id)
            release(&attached[i]);
}

void detach_client(int client)
{
    for (uint32_t i = 0; i < attached_used; i++)
        if (attached[i].used && attached[i].client == client)
            release(&attached[i]);
}

int stream_resize(uint32_t size)
{
    struct {
        unsigned short rows, columns, x, y;
    } window = {(unsigned short)(size >> 16), (unsigned short)size, 0, 0};
    return has_terminal && output[0] >= 0 ? (int)sys_3(SYS_ioctl, output[0], TIOCSWINSZ, &window) : -ENOTTY;
}
