#include <errno.h>
#include <unistd.h>

#include "layer.h"

/* Messages of the parent: 32 bytes each, in the byte order of the machine. */
enum { MESSAGE_OPTIONS = 1, MESSAGE_LENGTH = 2, MESSAGE_END = 3 };
struct message {
    uint32_t type;
    uint32_t flags;
    uint64_t a;
    uint64_t b;
    uint64_t c;
};

static uint64_t announced, position;
static bool complete;

static int receive(struct message *message)
{
    for (size_t have = 0; have < sizeof *message;) {
        ssize_t n = read(CONTROL_FD, (char *)message + have, sizeof *message - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(REASON_PROTOCOL, errno, NULL, "read the control stream");
        if (n == 0)
            return fail(REASON_ABORTED, 0, NULL, "the parent closed the control stream");
        have += n;
    }
    return 0;
}

int source_start(struct limits *limits, uint32_t *flags)
{
    struct message message;
    if (receive(&message) < 0)
        return -1;
    if (message.type != MESSAGE_OPTIONS)
        return fail(REASON_PROTOCOL, 0, NULL, "options come first");
    limits->bytes = message.a;
    limits->entries = message.b;
    limits->ratio = (uint32_t)message.c;
    *flags = message.flags;
    return 0;
}

static int more(void)
{
    struct message message;
    if (receive(&message) < 0)
        return -1;
    if ((message.type != MESSAGE_LENGTH && message.type != MESSAGE_END) || message.a < announced)
        return fail(REASON_PROTOCOL, 0, NULL, "lengths only grow");
    announced = message.a;
    complete = message.type == MESSAGE_END;
    return 0;
}

long source_read(void *buffer, size_t size)
{
    while (position == announced) {
        if (complete)
            return 0;
        if (more() < 0)
            return -1;
    }
    if (size > announced - position)
        size = announced - position;
    ssize_t n;
    do
        n = pread(BLOB_FD, buffer, size, position);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fail(REASON_READ, errno, NULL, "read the blob");
    if (n == 0)
        return fail(REASON_READ, EIO, NULL, "the blob is shorter than announced");
    position += n;
    return n;
}
