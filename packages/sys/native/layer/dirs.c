#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layer.h"

#define BUCKETS 65536
#define MAX_REMEMBERED (64u << 20)

/*
 * A directory that is described, whose time is set when nothing is put into it any more, or implied: made for entries
 * below it, without an entry of its own (yet).
 */
struct directory {
    struct directory *next;
    struct directory *before, *after; /* in the order of their last entries */
    struct timespec mtime;
    uint32_t hash;
    bool described;
    bool implied;
    char path[];
};

static struct directory *first, *last;
static struct directory *known[BUCKETS];
static size_t remembered;
static struct totals *counted;
static const struct limits *allowed;

void dirs_open(struct totals *totals, const struct limits *limits)
{
    counted = totals;
    allowed = limits;
}

static struct directory *find(const char *path, uint32_t *hash)
{
    *hash = 2166136261u;
    for (const char *p = path; *p != '\0'; p++)
        *hash = (*hash ^ (uint8_t)*p) * 16777619u;
    struct directory *item = known[*hash % BUCKETS];
    while (item != NULL && (item->hash != *hash || strcmp(item->path, path) != 0))
        item = item->next;
    return item;
}

/* The directory of that path, new if need be; NULL after a failure. */
static struct directory *remember(const char *path)
{
    uint32_t hash;
    struct directory *item = find(path, &hash);
    if (item != NULL)
        return item;
    size_t length = strlen(path) + 1;
    remembered += sizeof *item + length;
    if (remembered > MAX_REMEMBERED) {
        fail(REASON_LIMIT, 0, path, "the layer has more directories than can be remembered");
        return NULL;
    }
    item = calloc(1, sizeof *item + length);
    if (item == NULL) {
        fail(REASON_MEMORY, ENOMEM, path, "remember a directory");
        return NULL;
    }
    item->hash = hash;
    memcpy(item->path, path, length);
    item->next = known[hash % BUCKETS];
    known[hash % BUCKETS] = item;
    return item;
}

static void take_out(struct directory *item)
{
    *(item->before != NULL ? &item->before->after : &first) = item->after;
    *(item->after != NULL ? &item->after->before : &last) = item->before;
}

int dirs_defer(const char *path, struct timespec mtime)
{
    struct directory *item = remember(path);
    if (item == NULL)
        return -1;
    if (item->described)
        take_out(item);
    item->described = true;
    item->mtime = mtime;
    item->before = last;
    item->after = NULL;
    *(last != NULL ? &last->after : &first) = item;
    last = item;
    return 0;
}

int implied_add(const char *path)
{
    if (++counted->entries > allowed->entries)
        return fail(REASON_LIMIT, 0, path, "the layer has more entries than allowed");
    struct directory *item = remember(path);
    if (item == NULL)
        return -1;
    item->implied = true;
    return 0;
}

void implied_remove(const char *path)
{
    uint32_t hash;
    struct directory *item = find(path, &hash);
    if (item != NULL)
        item->implied = false;
}

static int set_time(const struct directory *item)
{
    struct timespec times[2] = {item->mtime, item->mtime};
    const char *base;
    if (item->path[0] == '\0') {
        int root = tree_open_directory("");
        int fd = root < 0 ? root : openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int result = fd < 0 ? fail(REASON_IO, errno, "", "open the layer's root") : futimens(fd, times);
        close(fd);
        close(root);
        return result;
    }
    int parent = tree_parent(item->path, &base);
    struct stat st;
    if (parent < 0 || fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
        return 0; /* a later entry has replaced it */
    if (utimensat(parent, base, times, AT_SYMLINK_NOFOLLOW) < 0)
        return fail(REASON_IO, errno, item->path, "set the time of a directory");
    return 0;
}

int dirs_finish(void)
{
    for (const struct directory *item = first; item != NULL; item = item->after)
        if (set_time(item) < 0)
            return -1;
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct directory *item = known[i]; item != NULL; item = item->next)
            if (item->implied && report_implied(item->path) < 0)
                return fail(REASON_ABORTED, errno, NULL, "the parent is gone");
    return failed() ? -1 : 0;
}
