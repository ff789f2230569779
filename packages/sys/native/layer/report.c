#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "layer.h"

enum { MESSAGE_RESULT = 16, MESSAGE_FAILURE = 17, MESSAGE_IMPLIED = 18 };

/* Messages to the parent begin with their length in bytes, of which the length itself is not part. */
static struct {
    uint32_t length;
    uint32_t type;
    int32_t error;
    uint32_t reason;
    uint32_t name_length;
    char text[4096 + 160];
} failure;
static volatile bool has_failed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool failed(void)
{
    return has_failed;
}

int fail(enum reason reason, int error, const char *name, const char *what)
{
    pthread_mutex_lock(&lock);
    if (!has_failed) {
        size_t n = name != NULL ? strnlen(name, 4095) : 0;
        size_t w = strnlen(what, 160);
        failure.type = MESSAGE_FAILURE;
        failure.error = error;
        failure.reason = reason;
        failure.name_length = n;
        memcpy(failure.text, name != NULL ? name : "", n);
        memcpy(failure.text + n, what, w);
        failure.length = offsetof(__typeof__(failure), text) - 4 + n + w;
        has_failed = true;
    }
    pthread_mutex_unlock(&lock);
    ring_wake();
    return -1;
}

static int send_all(const void *message)
{
    const char *data = message;
    size_t size = *(const uint32_t *)message + 4;
    while (size > 0) {
        ssize_t n = write(REPLY_FD, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

int report_implied(const char *path)
{
    struct {
        uint32_t length;
        uint32_t type;
        char path[4096];
    } message = {.type = MESSAGE_IMPLIED};
    size_t n = strnlen(path, sizeof message.path);
    message.length = (uint32_t)(sizeof message.type + n);
    memcpy(message.path, path, n);
    return send_all(&message);
}

int report_end(const struct totals *totals)
{
    if (has_failed) {
        send_all(&failure);
        return -1;
    }
    struct {
        uint32_t length;
        uint32_t type;
        struct totals totals;
    } message = {.length = sizeof message - 4, .type = MESSAGE_RESULT, .totals = *totals};
    return send_all(&message);
}
