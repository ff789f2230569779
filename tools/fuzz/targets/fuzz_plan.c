/* The plan decoder: what it accepts is read as init's ops read it, out of memory that ends where the plan ends. */
#include "decode.c"

#include <stdlib.h>
#include <string.h>

struct launch self;
static volatile unsigned sink;

size_t text_length(const char *text)
{
    return strlen(text);
}

static void read_bytes(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sink += (unsigned char)bytes[i];
}

static void read_op(const struct op *op)
{
    sink += (unsigned)fd_of(op->fd) + (unsigned)fd_of(op->fd2);
    for (int i = 0; i < 4; i++) {
        uint32_t offset = op->s[i];
        if (offset == 0)
            continue;
        if ((kinds[op->code][i] & ~NEEDED) == ARRAY) {
            for (char **text = array(offset); *text != NULL; text++)
                sink += (unsigned)text_length(*text);
            continue;
        }
        read_bytes(blob(offset), blob_size(offset));
        sink += (unsigned)text_length(blob(offset));
        for (const char *text = list_first(offset); text != NULL; text = list_next(offset, text))
            sink += (unsigned)text_length(text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan *plan = malloc(size == 0 ? 1 : size);
    uint32_t fds = 0;
    memcpy(plan, data, size);
    if (size >= sizeof *plan && plan->fd_count <= FD_MAX)
        fds = plan->fd_count;
    if (plan_decode(plan, (uint32_t)size, fds) == NULL) {
        self.plan = plan;
        const struct op *before = plan_at(plan->before_offset), *ops = plan_at(plan->ops_offset);
        for (uint32_t i = 0; i < plan->before_count; i++)
            read_op(&before[i]);
        for (uint32_t i = 0; i < plan->ops_count; i++)
            read_op(&ops[i]);
        read_bytes(blob(plan->uid_map), blob_size(plan->uid_map));
        read_bytes(blob(plan->gid_map), blob_size(plan->gid_map));
        if (ops[plan->ops_count - 1].code != OP_EXEC)
            abort();
    }
    free(plan);
    return 0;
}
