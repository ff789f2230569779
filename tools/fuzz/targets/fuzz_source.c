/* The messages that layer reads from its parent: options, then lengths that grow. */
#include <string.h>
#include <sys/types.h>

static ssize_t fuzz_read(int fd, void *buffer, size_t size);
static ssize_t fuzz_pread(int fd, void *buffer, size_t size, off_t offset);
#define read fuzz_read
#define pread fuzz_pread
#include "source.c"
#undef read
#undef pread

#include <stdlib.h>

static const uint8_t *input;
static size_t input_size;
static uint64_t file_size;

int fail(enum reason reason, int error, const char *name, const char *what)
{
    (void)reason, (void)error, (void)name;
    if (strlen(what) > 160)
        abort();
    return -1;
}

/* At most 7 bytes at once, and an interrupt now and then. */
static ssize_t fuzz_read(int fd, void *buffer, size_t size)
{
    if (fd != CONTROL_FD)
        abort();
    if (input_size > 0 && input_size % 13 == 0 && size == sizeof(struct message)) {
        errno = EINTR;
        input++;
        input_size--;
        return -1;
    }
    size_t n = size < 7 ? size : 7;
    n = n < input_size ? n : input_size;
    memcpy(buffer, input, n);
    input += n;
    input_size -= n;
    return (ssize_t)n;
}

/* No byte that was not announced is read. */
static ssize_t fuzz_pread(int fd, void *buffer, size_t size, off_t offset)
{
    if (fd != BLOB_FD || offset < 0 || (uint64_t)offset + size > announced)
        abort();
    if ((uint64_t)offset >= file_size)
        return 0;
    uint64_t left = file_size - (uint64_t)offset;
    memset(buffer, 0, size < left ? size : left);
    return (ssize_t)(size < left ? size : left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t buffer[4096];
    struct limits limits;
    uint32_t flags;
    if (size < 4)
        return 0;
    file_size = (uint64_t)data[0] | (uint64_t)data[1] << 8 | (uint64_t)(data[2] & 1) << 16;
    size_t part = 64 + data[3] * 8u;
    input = data + 4;
    input_size = size - 4;
    announced = position = 0;
    complete = false;
    if (source_start(&limits, &flags) < 0)
        return 0;
    while (source_read(buffer, part) > 0)
        ;
    return 0;
}
