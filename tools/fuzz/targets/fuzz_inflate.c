/* The decompression of layer: what a blob's bytes do to it, read in pieces, with small slots and a bound on output. */
#include "inflate.c"

#include <stdlib.h>

enum { MAX_SLOTS = 4 };
static const uint8_t *source;
static size_t source_size, piece;
static struct slot out;
static unsigned slots_left;
static bool has_failed;

int fail(enum reason reason, int error, const char *name, const char *what)
{
    (void)reason, (void)error, (void)name;
    if (strlen(what) > 160)
        abort();
    has_failed = true;
    return -1;
}

long source_read(void *buffer, size_t size)
{
    size_t n = source_size < piece ? source_size : piece;
    n = n < size ? n : size;
    memcpy(buffer, source, n);
    source += n;
    source_size -= n;
    return (long)n;
}

struct slot *ring_fill(void)
{
    if (slots_left == 0)
        return NULL;
    slots_left--;
    out.length = 0;
    return &out;
}

void ring_push(void)
{
    if (out.length > SLOT_SIZE)
        abort();
}

void ring_end(void)
{
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct totals totals = {0};
    struct inflate_job job = {&totals, 500};
    if (size == 0)
        return 0;
    if (out.data == NULL)
        out.data = malloc(SLOT_SIZE);
    piece = data[0] == 0 ? INPUT_SIZE : data[0];
    source = data + 1;
    source_size = size - 1;
    slots_left = MAX_SLOTS;
    has_failed = false;
    slot = NULL;
    produced = 0;
    input.at = input.length = input.total = 0;
    inflate_main(&job);
    if (!has_failed && slots_left > 0 && totals.blob != size - 1)
        abort();
    return 0;
}
