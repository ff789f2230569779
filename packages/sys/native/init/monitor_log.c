/*
 * The log: numbered files of frames, the format of packages/logs. Whoever writes waits for the disk, so nothing is
 * lost, but on a full disk: then records are dropped and counted, and the count is a record when there is room again.
 */
#include "monitor.h"

enum { FRAME_HEAD = 16, FRAME_DROPPED = 1, FRAME_END = 2 };

struct frame {
    uint32_t length;
    uint8_t stream, flags;
    uint16_t zero;
    uint64_t time;
};
_Static_assert(sizeof(struct frame) == FRAME_HEAD, "frame");

static struct {
    struct frame head;
    char data[CHUNK];
} chunk __attribute__((aligned(4096)));

uint32_t log_number;
uint64_t log_size;
bool log_wanted;
static int log_fd = -1, log_directory = -1;
static uint32_t log_files, log_dropped;
static uint64_t log_max;

char *log_data(void)
{
    return chunk.data;
}

void log_open(int directory, uint32_t number, uint32_t files, uint64_t size)
{
    log_directory = directory;
    log_number = number;
    log_files = files < 1 ? 1 : files;
    log_max = size;
    log_wanted = directory >= 0;
}

/* "00000001.log" */
static void file_name(char *name, uint32_t number)
{
    memcpy(name, "00000000.log", 13);
    for (int i = 7; i >= 0; i--, number /= 10)
        name[i] = (char)('0' + number % 10);
}

static bool rotate(void)
{
    char name[16];
    uint32_t number = log_fd < 0 ? log_number : log_number + 1;
    int fd = -EEXIST;
    for (int attempt = 0; attempt < 1000 && fd == -EEXIST; attempt++, number++) {
        file_name(name, number);
        fd = sys_openat(log_directory, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600);
    }
    if (fd < 0)
        return false;
    close_fd(&log_fd);
    log_fd = fd;
    log_number = number - 1;
    log_size = 0;
    if (log_number > log_files) {
        file_name(name, log_number - log_files);
        sys_3(SYS_unlinkat, log_directory, name, 0);
    }
    return true;
}

/* One write, so that a record is there whole or, when there is no room for it, not at all. */
static bool append(const void *bytes, size_t size)
{
    if ((log_fd < 0 || log_size >= log_max) && !rotate())
        return false;
    size_t written = 0;
    while (written < size) {
        long result = sys_3(SYS_write, log_fd, (const char *)bytes + written, size - written);
        if (result == -EINTR)
            continue;
        if (result <= 0) {
            sys_2(SYS_ftruncate, log_fd, log_size);
            return false;
        }
        written += (size_t)result;
    }
    log_size += size;
    return true;
}

static bool append_dropped(void)
{
    struct {
        struct frame head;
        uint32_t count;
    } lost = {{4, 0, FRAME_DROPPED, 0, now_ns(0)}, log_dropped};
    if (log_dropped > 0 && append(&lost, FRAME_HEAD + 4))
        log_dropped = 0;
    return log_dropped == 0;
}

bool log_append(uint8_t stream, uint32_t size, uint64_t *at)
{
    bool done = log_wanted;
    if (done) {
        chunk.head = (struct frame){size, stream, 0, 0, now_ns(0)};
        done = append_dropped() && append(&chunk, FRAME_HEAD + size);
        log_dropped += !done;
    }
    *at = done ? log_size - FRAME_HEAD - size : log_size;
    return done;
}

/* A log without records stays absent. */
void log_end(void)
{
    struct frame end = {0, 0, FRAME_END, 0, now_ns(0)};
    if (!log_wanted || (log_fd < 0 && log_dropped == 0))
        return;
    append_dropped();
    append(&end, FRAME_HEAD);
}
