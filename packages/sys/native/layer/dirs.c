#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layer.h"

#define BUCKETS 4096

/* Times of directories are set when nothing is put into them any more. */
struct deferred {
    struct deferred *next;
    struct timespec mtime;
    char path[];
};

/* Directories that had to be made for entries below them and have no entry of their own (yet). */
struct implied {
    struct implied *next;
    char path[];
};

static struct deferred *first, **last = &first;
static struct implied *implied[BUCKETS];

int dirs_defer(const char *path, struct timespec mtime)
{
    size_t length = strlen(path) + 1;
    struct deferred *item = malloc(sizeof *item + length);
    if (item == NULL)
        return fail(REASON_MEMORY, ENOMEM, path, "remember a directory");
    item->next = NULL;
    item->mtime = mtime;
    memcpy(item->path, path, length);
    *last = item;
    last = &item->next;
    return 0;
}

static struct implied **place(const char *path)
{
    uint32_t hash = 2166136261u;
    for (const char *p = path; *p != '\0'; p++)
        hash = (hash ^ (uint8_t)*p) * 16777619u;
    struct implied **at = &implied[hash % BUCKETS];
    while (*at != NULL && strcmp((*at)->path, path) != 0)
        at = &(*at)->next;
    return at;
}

int implied_add(const char *path)
{
    struct implied **at = place(path);
    if (*at != NULL)
        return 0;
    size_t length = strlen(path) + 1;
    struct implied *item = malloc(sizeof *item + length);
    if (item == NULL)
        return fail(REASON_MEMORY, ENOMEM, path, "remember a directory");
    item->next = NULL;
    memcpy(item->path, path, length);
    *at = item;
    return 0;
}

void implied_remove(const char *path)
{
    struct implied **at = place(path);
    if (*at == NULL)
        return;
    struct implied *item = *at;
    *at = item->next;
    free(item);
}

static int set_time(const struct deferred *item)
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
    for (const struct deferred *item = first; item != NULL; item = item->next)
        if (set_time(item) < 0)
            return -1;
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct implied *item = implied[i]; item != NULL; item = item->next)
            if (report_implied(item->path) < 0)
                return fail(REASON_ABORTED, errno, NULL, "the parent is gone");
    return 0;
}
