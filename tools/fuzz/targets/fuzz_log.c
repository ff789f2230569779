/*
 * The log of a monitor, on a disk made of memory that fills up, writes parts and is interrupted. What was written is
 * read back: whole frames only, records in their order, and the missing ones counted by the frames between.
 */
#include "monitor.h"

#include <stdlib.h>
#include <string.h>

static long disk_open(int dirfd, const char *path, int flags, int mode);
static long disk_call(long number, long a, long b, long c);
#undef sys_2
#undef sys_3
#define sys_2(n, a, b) disk_call(n, SYS_ARG(a), SYS_ARG(b), 0)
#define sys_3(n, a, b, c) disk_call(n, SYS_ARG(a), SYS_ARG(b), SYS_ARG(c))
#define sys_openat(dirfd, path, flags, mode) (int)disk_open(dirfd, path, flags, mode)
#include "monitor_log.c"

enum { DIRECTORY = 77, FIRST_FD = 1 << 20, MAX_FILES = 512 };
static struct file {
    uint32_t number;
    size_t size;
    uint8_t *bytes;
    bool linked;
} files[MAX_FILES];
static unsigned files_used;
static size_t room;
static uint8_t mood;

static uint32_t number_of(const char *name)
{
    uint32_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number * 10 + (uint32_t)(name[i] - '0');
    if (strcmp(name + 8, ".log") != 0)
        abort();
    return number;
}

static struct file *find(uint32_t number)
{
    for (unsigned i = 0; i < files_used; i++)
        if (files[i].linked && files[i].number == number)
            return &files[i];
    return NULL;
}

static long disk_open(int dirfd, const char *path, int flags, int mode)
{
    if (dirfd != DIRECTORY || (flags & (O_EXCL | O_APPEND)) != (O_EXCL | O_APPEND) || mode != 0600)
        abort();
    if (find(number_of(path)) != NULL)
        return -EEXIST;
    if (files_used == MAX_FILES)
        return -ENOSPC;
    files[files_used] = (struct file){number_of(path), 0, NULL, true};
    return FIRST_FD + (long)files_used++;
}

static long disk_call(long number, long a, long b, long c)
{
    struct file *file = a >= FIRST_FD && a < FIRST_FD + MAX_FILES ? &files[a - FIRST_FD] : NULL;
    size_t size = (size_t)c;
    switch (number) {
    case SYS_write:
        mood = (uint8_t)(mood * 5 + 1);
        if (mood % 7 == 0)
            return -EINTR;
        if (mood % 5 == 0)
            size = size / 2 + 1;
        if (room == 0)
            return -ENOSPC;
        size = size < room ? size : room;
        file->bytes = realloc(file->bytes, file->size + size);
        memcpy(file->bytes + file->size, (const void *)b, size);
        file->size += size;
        room -= size;
        return (long)size;
    case SYS_ftruncate:
        if ((size_t)b > file->size)
            abort();
        room += file->size - (size_t)b;
        file->size = (size_t)b;
        return 0;
    case SYS_unlinkat:
        file = find(number_of((const char *)b));
        if (file != NULL) {
            file->linked = false;
            room += file->size;
        }
        return file == NULL ? -ENOENT : 0;
    default:
        abort();
    }
}

uint64_t now_ns(int clock)
{
    static uint64_t now;
    return ++now + (uint64_t)clock;
}

static uint32_t lost, expected;
static bool known;

static void read_frames(const struct file *file)
{
    for (size_t at = 0; at < file->size;) {
        struct frame head;
        uint32_t value = 0;
        if (file->size - at < sizeof head)
            abort();
        memcpy(&head, file->bytes + at, sizeof head);
        at += sizeof head;
        if (head.length > file->size - at || head.zero != 0)
            abort();
        if (head.length >= 4)
            memcpy(&value, file->bytes + at, 4);
        if (head.flags == FRAME_DROPPED) {
            lost += value;
        } else if (head.flags == 0) {
            if (head.stream == 0 || head.stream > 2 || (known && value != expected + lost))
                abort();
            for (uint32_t i = 4; i < head.length; i++)
                if (file->bytes[at + i] != (uint8_t)(value + i))
                    abort();
            expected = value + 1;
            lost = 0;
            known = true;
        } else if (head.flags != FRAME_END || head.length != 0 || at != file->size) {
            abort();
        }
        at += head.length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t serial = 0;
    if (size < 8)
        return 0;
    mood = data[0];
    room = (size_t)data[1] << 6 | (size_t)data[2] << 14;
    log_fd = -1;
    log_size = log_dropped = 0;
    log_open(DIRECTORY, 1 + data[3], data[4] % 8, (uint64_t)data[5] << 4 | (uint64_t)data[6] << 12);
    for (size_t at = 8; at + 3 <= size; at += 3) {
        uint32_t length = 4 + ((uint32_t)data[at] << 8 | data[at + 1]) % (CHUNK - 4);
        if (data[at + 2] % 16 == 0)
            room += (size_t)data[at] << 8;
        memcpy(log_data(), &serial, 4);
        for (uint32_t i = 4; i < length; i++)
            log_data()[i] = (char)(serial + i);
        uint64_t begin;
        if (log_append(1 + data[at + 2] % 2, length, &begin) ? begin + FRAME_HEAD + length != log_size : begin != log_size)
            abort();
        serial++;
    }
    log_end();
    lost = 0;
    known = false;
    for (uint32_t number = 0; number <= log_number; number++) {
        const struct file *file = find(number);
        if (file != NULL)
            read_frames(file);
    }
    if (known && expected + lost + log_dropped != serial)
        abort();
    for (unsigned i = 0; i < files_used; i++)
        free(files[i].bytes);
    files_used = 0;
    return 0;
}
