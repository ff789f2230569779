/* The tar reader of layer, with the stream below it and the paths above it. The first byte cuts the input into slots. */
#include "tar.c"

#include <stdio.h>
#include <stdlib.h>

static const uint8_t *input;
static size_t input_size, slot_size;
static struct slot current;
static bool has_failed;
static volatile unsigned sink;

int fail(enum reason reason, int error, const char *name, const char *what)
{
    (void)reason, (void)error;
    if ((name != NULL && strnlen(name, 4096) == 4096) || strlen(what) > 160)
        abort();
    has_failed = true;
    return -1;
}

bool failed(void)
{
    return has_failed;
}

int report_implied(const char *path)
{
    (void)path;
    return 0;
}

struct slot *ring_take(void)
{
    if (has_failed || input_size == 0)
        return NULL;
    current.length = input_size < slot_size ? input_size : slot_size;
    current.data = malloc(current.length);
    memcpy(current.data, input, current.length);
    input += current.length;
    input_size -= current.length;
    return &current;
}

void ring_release(void)
{
    free(current.data);
    current.data = NULL;
}

#include "stream.c"

/* A clean path is relative and goes nowhere upwards. */
static void check_path(char *path)
{
    if (strlen(path) >= 4096)
        abort();
    tree_clean(path);
    for (const char *part = path; *part != '\0';) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
            abort();
        part += length + (part[length] == '/');
        if (part[0] == '\0' && part[-1] == '/')
            abort();
    }
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* Mutates, now and then a size or type at the place of one, and mostly makes the checksums of headers right. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, most);
    if (size > sizeof(struct header)) {
        struct header *one = (struct header *)(data + 1 + (seed >> 4) % ((size - 1) / 512) * 512);
        if ((seed >> 2) % 4 == 1)
            snprintf(one->size, sizeof one->size, "%011o", (unsigned)((seed >> 8) % (2 * size)));
        else if ((seed >> 2) % 4 == 2)
            one->type = "0123456xgLK7S"[(seed >> 8) % 13];
    }
    for (size_t block = 1; seed % 8 != 0 && block + sizeof(struct header) <= size;) {
        struct header *header = (struct header *)(data + block);
        uint64_t content = 0;
        unsigned sum = 0;
        memset(header->checksum, ' ', sizeof header->checksum);
        for (size_t i = 0; i < sizeof *header; i++)
            sum += data[block + i];
        if (sum == sizeof header->checksum * ' ')
            memset(header->checksum, 0, sizeof header->checksum);
        else
            snprintf(header->checksum, sizeof header->checksum, "%06o", sum);
        if (number(header->size, sizeof header->size, &content) < 0 || content > size)
            break;
        block += sizeof *header + ((content + 511) & ~511ULL);
    }
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct entry entry;
    if (size == 0)
        return 0;
    slot_size = data[0] == 0 ? SLOT_SIZE : data[0] * 8u + 1;
    input = data + 1;
    input_size = size - 1;
    has_failed = started = false;
    slot = NULL;
    at = total = 0;
    int more = 1;
    for (int entries = 0; entries < 4096 && (more = tar_next(&entry)) > 0; entries++) {
        check_path(entry.path);
        check_path(entry.link);
        for (unsigned i = 0; i < entry.n_xattrs; i++) {
            sink += (unsigned)strlen(entry.xattrs[i].name);
            for (size_t k = 0; k < entry.xattrs[i].length; k++)
                sink += (unsigned char)entry.xattrs[i].value[k];
        }
        if (entry.type == '0' ? stream_skip(entry.size) < 0 || stream_skip_padding(entry.size) < 0 : entry.size != 0)
            break;
    }
    if (more == 0) {
        struct totals totals;
        stream_finish(&totals);
    }
    free(current.data);
    current.data = NULL;
    return 0;
}
