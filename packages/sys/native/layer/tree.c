#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "layer.h"

#define REMEMBERED 64
#define MAX_LINKS 40
#define MAX_DEPTH 2048

static int root = -1;

/* Directories that entries were put in, by path; dropped whenever a name may have come to mean another place. */
static struct {
    uint32_t hash;
    int fd;
    char text[4096];
} places[REMEMBERED];

int tree_open(int fd)
{
    root = fd;
    for (size_t i = 0; i < REMEMBERED; i++)
        places[i].fd = -1;
    return 0;
}

static void forget(void)
{
    for (size_t i = 0; i < REMEMBERED; i++) {
        if (places[i].fd >= 0)
            close(places[i].fd);
        places[i].fd = -1;
    }
}

static int open_in_root(const char *path, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, root, path[0] == '\0' ? "." : path, &how, sizeof how);
    return fd < 0 ? -errno : (int)fd;
}

int tree_open_directory(const char *path)
{
    return open_in_root(path, O_PATH | O_DIRECTORY);
}

/* Whether the layer itself has something else than directories on the way to what holds path. */
bool tree_hidden(const char *path)
{
    char parent[4096];
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = '\0';
    long fd = syscall(SYS_openat2, root, parent, &how, sizeof how);
    if (fd < 0)
        return errno == ELOOP || errno == ENOTDIR;
    close((int)fd);
    return false;
}

bool tree_clean(char *path)
{
    size_t out = 0;
    bool inside = true;
    for (const char *part = path; *part != '\0';) {
        const char *end = strchrnul(part, '/');
        size_t length = (size_t)(end - part);
        if (length == 2 && part[0] == '.' && part[1] == '.') {
            inside = inside && out > 0;
            while (out > 0 && path[--out] != '/')
                continue;
        } else if (length > 0 && !(length == 1 && part[0] == '.')) {
            if (out > 0)
                path[out++] = '/';
            memmove(path + out, part, length);
            out += length;
        }
        part = *end == '/' ? end + 1 : end;
    }
    path[out] = '\0';
    return inside;
}

static int make_directories(const char *path, int links);

/* A parent that is a dangling link: what it names may be in a lower layer, so it is made here. */
static int follow_dangling(int parent, const char *base, const char *path, size_t length, int links)
{
    char target[4096], whole[8192];
    ssize_t n = readlinkat(parent, base, target, sizeof target - 1);
    if (n < 0)
        return errno == EINVAL ? -ENOTDIR : -errno;
    target[n] = '\0';
    if (links == 0)
        return -ELOOP;
    size_t at = 0;
    if (target[0] != '/') {
        const char *slash = memrchr(path, '/', length);
        at = slash != NULL ? (size_t)(slash - path) + 1 : 0;
        memcpy(whole, path, at);
    }
    memcpy(whole + at, target, (size_t)n + 1);
    tree_clean(whole);
    return strlen(whole) < 4096 ? make_directories(whole, links - 1) : -ENAMETOOLONG;
}

static int make_one(int parent, const char *base, const char *path, int links)
{
    if (mkdirat(parent, base, 0755) == 0)
        return implied_add(path) < 0 ? -ENOMEM : 0;
    if (errno != EEXIST)
        return -errno;
    if (is_whiteout(parent, base)) {
        if (unlinkat(parent, base, 0) < 0 || mkdirat(parent, base, 0755) < 0)
            return -errno;
        return mark_opaque(parent, base);
    }
    return follow_dangling(parent, base, path, strlen(path), links);
}

/* One directory further down; a link leads on from the root. */
static int go_down(int parent, const char *base, const char *path)
{
    int fd = openat(parent, base, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 ? fd : errno == ENOENT ? -ENOENT : tree_open_directory(path);
}

static int make_directories(const char *path, int links)
{
    char prefix[4096];
    int at = tree_open_directory("");
    for (size_t length = 0; at >= 0 && path[length] != '\0';) {
        size_t start = path[length] == '/' ? length + 1 : length;
        size_t end = (size_t)(strchrnul(path + start, '/') - path);
        memcpy(prefix + length, path + length, end - length);
        prefix[end] = '\0';
        length = end;
        int below = go_down(at, prefix + start, prefix);
        if (below == -ENOENT || below == -ENOTDIR) {
            int result = make_one(at, prefix + start, prefix, links);
            below = result < 0 ? result : go_down(at, prefix + start, prefix);
        }
        close(at);
        at = below;
    }
    if (at < 0)
        return at;
    close(at);
    return 0;
}

int tree_parent(const char *path, const char **base)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) : 0;
    *base = slash != NULL ? slash + 1 : path;
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)path[i]) * 16777619u;
    unsigned i = hash % REMEMBERED;
    if (places[i].fd >= 0 && places[i].hash == hash && memcmp(places[i].text, path, length) == 0 && places[i].text[length] == '\0')
        return places[i].fd;
    char parent[4096];
    memcpy(parent, path, length);
    parent[length] = '\0';
    int fd = tree_open_directory(parent);
    if (fd == -ENOENT || fd == -ENOTDIR) {
        int result = make_directories(parent, MAX_LINKS);
        if (result < 0)
            return result;
        fd = tree_open_directory(parent);
    }
    if (fd < 0)
        return fd;
    if (places[i].fd >= 0)
        close(places[i].fd);
    places[i].fd = fd;
    places[i].hash = hash;
    memcpy(places[i].text, parent, length + 1);
    return fd;
}

/* Removes the content of an open directory and closes it, depth first; a tree deeper than PATH_MAX has no name to be made under. */
static int clear_directory(int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        close(fd);
        return -ENOMEM;
    }
    int result = depth == 0 ? -ELOOP : 0;
    struct dirent *child;
    while (result == 0 && (child = readdir(dir)) != NULL) {
        if (strcmp(child->d_name, ".") == 0 || strcmp(child->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(dir), child->d_name, 0) == 0)
            continue;
        if (errno != EISDIR) {
            result = -errno;
            break;
        }
        int below = openat(dirfd(dir), child->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        result = below < 0 ? -errno : clear_directory(below, depth - 1);
        if (result == 0 && unlinkat(dirfd(dir), child->d_name, AT_REMOVEDIR) < 0)
            result = -errno;
    }
    closedir(dir);
    return result;
}

int tree_clear(int parent, const char *name)
{
    if (unlinkat(parent, name, 0) == 0) {
        forget();
        return 0;
    }
    if (errno == ENOENT)
        return 0;
    if (errno != EISDIR)
        return -errno;
    int held = fcntl(parent, F_DUPFD_CLOEXEC, 0);
    if (held < 0)
        return -errno;
    forget();
    int fd = openat(held, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int result = fd < 0 ? -errno : clear_directory(fd, MAX_DEPTH);
    if (result == 0 && unlinkat(held, name, AT_REMOVEDIR) < 0)
        result = -errno;
    close(held);
    return result;
}
