#include <string.h>

#include "layer.h"

static struct slot *slot;
static size_t at;
static uint64_t total;
static struct sha256 hash;
static bool started;

/* Makes at least one byte available: 1, 0 at the end, -1. Each slot is hashed as it is taken. */
static int available(void)
{
    if (!started) {
        sha256_init(&hash);
        started = true;
    }
    while (slot == NULL || at == slot->length) {
        if (slot != NULL)
            ring_release();
        at = 0;
        slot = ring_take();
        if (slot == NULL)
            return failed() ? -1 : 0;
        sha256_update(&hash, slot->data, slot->length);
        total += slot->length;
    }
    return 1;
}

long stream_peek(const uint8_t **data, size_t most)
{
    int more = available();
    if (more <= 0)
        return more;
    size_t size = slot->length - at < most ? slot->length - at : most;
    *data = slot->data + at;
    at += size;
    return size;
}

int stream_read(void *data, size_t size)
{
    for (size_t have = 0; have < size;) {
        const uint8_t *part;
        long n = stream_peek(&part, size - have);
        if (n < 0)
            return -1;
        if (n == 0)
            return have == 0 ? 0 : fail(REASON_TRUNCATED, 0, NULL, "the archive ends inside a record");
        memcpy((uint8_t *)data + have, part, n);
        have += n;
    }
    return 1;
}

int stream_skip(uint64_t size)
{
    while (size > 0) {
        const uint8_t *part;
        long n = stream_peek(&part, size < SLOT_SIZE ? size : SLOT_SIZE);
        if (n < 0)
            return -1;
        if (n == 0)
            return fail(REASON_TRUNCATED, 0, NULL, "the archive ends inside an entry");
        size -= n;
    }
    return 0;
}

/* The padding of the last entry may be missing: umoci 0.4 ends an archive right after the content. */
int stream_skip_padding(uint64_t size)
{
    int more = available();
    return more <= 0 ? more : stream_skip(-size & 511);
}

int stream_finish(struct totals *totals)
{
    const uint8_t *part;
    long n;
    while ((n = stream_peek(&part, SLOT_SIZE)) > 0)
        continue;
    if (n < 0)
        return -1;
    totals->tar = total;
    sha256_final(&hash, totals->tar_digest);
    return 0;
}
