#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "layer.h"

enum when { BEFORE_CHOWN, AFTER_CHOWN };

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* user.* needs the file to be ours still; chown drops security.capability. Overlay's own marks are never an image's. */
static int set_xattrs(int fd, const struct entry *entry, enum when when, struct totals *totals)
{
    for (unsigned i = 0; i < entry->n_xattrs; i++) {
        const struct xattr *x = &entry->xattrs[i];
        bool user = starts(x->name, "user.");
        if ((user ? BEFORE_CHOWN : AFTER_CHOWN) != when)
            continue;
        bool known = user || starts(x->name, "system.posix_acl_") || strcmp(x->name, "security.capability") == 0;
        if (!known || starts(x->name, "user.overlay.")) {
            totals->skipped_xattrs++;
            continue;
        }
        if (fsetxattr(fd, x->name, x->value, x->length, 0) == 0)
            continue;
        if (errno != EOPNOTSUPP && !(user && errno == EPERM))
            return fail(REASON_IO, errno, entry->path, "set an extended attribute");
        totals->skipped_xattrs++;
    }
    return 0;
}

/* A directory with the set-group-id bit gives its group to what is made in it. */
static bool groups_spread;

/* Owner, then what chown would drop, then the mode (which chown would drop the set-id bits of). */
static int set_attributes(int fd, const struct entry *entry, struct totals *totals)
{
    if (set_xattrs(fd, entry, BEFORE_CHOWN, totals) < 0)
        return -1;
    if ((groups_spread || entry->uid != 0 || entry->gid != 0) && fchown(fd, entry->uid, entry->gid) < 0)
        return fail(REASON_IO, errno, entry->path, "set the owner");
    if (set_xattrs(fd, entry, AFTER_CHOWN, totals) < 0)
        return -1;
    if (fchmod(fd, entry->mode) < 0)
        return fail(REASON_IO, errno, entry->path, "set the mode");
    if (entry->type == '5' && (entry->mode & S_ISGID) != 0)
        groups_spread = true;
    return 0;
}

static int write_content(int fd, const struct entry *entry)
{
    for (uint64_t left = entry->size; left > 0;) {
        const uint8_t *data;
        long n = stream_peek(&data, left < SLOT_SIZE ? left : SLOT_SIZE);
        if (n < 0)
            return -1;
        if (n == 0)
            return fail(REASON_TRUNCATED, 0, entry->path, "the archive ends inside a file");
        left -= n;
        while (n > 0) {
            ssize_t written = write(fd, data, n);
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                return fail(REASON_IO, errno, entry->path, "write");
            data += written;
            n -= written;
        }
    }
    return stream_skip_padding(entry->size);
}

static int put_file(int parent, const char *base, const struct entry *entry, struct totals *totals)
{
    int fd = openat(parent, base, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    struct timespec times[2] = {entry->mtime, entry->mtime};
    int result = write_content(fd, entry);
    if (result == 0)
        result = set_attributes(fd, entry, totals);
    if (result == 0 && futimens(fd, times) < 0)
        result = fail(REASON_IO, errno, entry->path, "set the time");
    close(fd);
    return result;
}

static int put_node(int parent, const char *base, const struct entry *entry)
{
    int result;
    dev_t device = makedev(entry->major, entry->minor);
    if (entry->type == '2')
        result = symlinkat(entry->link, parent, base);
    else
        result = mknodat(parent, base, entry->type == '3' ? S_IFCHR : entry->type == '4' ? S_IFBLK : S_IFIFO, device);
    if (result < 0)
        return -errno;
    if (fchownat(parent, base, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) < 0)
        return fail(REASON_IO, errno, entry->path, "set the owner");
    /* The name is ours and no link: fchmodat(2) cannot be led elsewhere. */
    if (entry->type != '2' && fchmodat(parent, base, entry->mode, 0) < 0)
        return fail(REASON_IO, errno, entry->path, "set the mode");
    struct timespec times[2] = {entry->mtime, entry->mtime};
    if (utimensat(parent, base, times, AT_SYMLINK_NOFOLLOW) < 0)
        return fail(REASON_IO, errno, entry->path, "set the time");
    return 0;
}

static int put_link(int parent, const char *base, struct entry *entry)
{
    tree_clean(entry->link);
    char *slash = strrchr(entry->link, '/');
    const char *name = slash != NULL ? slash + 1 : entry->link;
    if (slash != NULL)
        *slash = '\0';
    int from = tree_open_directory(slash != NULL ? entry->link : "");
    if (from < 0)
        return fail(REASON_ENTRY, -from, entry->path, "the target of a hard link is not there");
    int result = is_whiteout(from, name) ? -ENOENT : linkat(from, name, parent, base, 0) < 0 ? -errno : 0;
    struct stat a, b;
    if (result == -EEXIST && fstatat(from, name, &a, AT_SYMLINK_NOFOLLOW) == 0 && fstatat(parent, base, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
        a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        result = 0;
    close(from);
    if (slash != NULL)
        *slash = '/';
    if (result < 0 && result != -EEXIST)
        return fail(REASON_ENTRY, -result, entry->path, "make a hard link");
    return result;
}

static int put_directory(int parent, const char *base, const struct entry *entry, struct totals *totals)
{
    const char *path = entry->path;
    if (path[0] != '\0' && mkdirat(parent, base, 0700) < 0) {
        if (errno != EEXIST)
            return -errno;
        bool hidden = is_whiteout(parent, base);
        struct stat st;
        if (fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode)) {
            int result = tree_clear(parent, base);
            if (result < 0)
                return result;
            parent = tree_parent(path, &base);
            if (parent < 0)
                return parent;
            if (mkdirat(parent, base, 0700) < 0)
                return -errno;
            if (hidden && (result = mark_opaque(parent, base)) < 0)
                return result;
        }
    }
    implied_remove(path);
    int fd = openat(parent, path[0] == '\0' ? "." : base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int result = set_attributes(fd, entry, totals);
    close(fd);
    return result < 0 ? result : dirs_defer(path, entry->mtime);
}

static int put(int parent, const char *base, struct entry *entry, struct totals *totals)
{
    switch (entry->type) {
    case '0':
        return put_file(parent, base, entry, totals);
    case '1':
        return put_link(parent, base, entry);
    case '5':
        return put_directory(parent, base, entry, totals);
    default:
        return put_node(parent, base, entry);
    }
}

static int check(struct entry *entry, struct totals *totals, const struct limits *limits)
{
    if (++totals->entries > limits->entries)
        return fail(REASON_LIMIT, 0, entry->path, "the layer has more entries than allowed");
    totals->bytes += entry->size;
    if (totals->bytes > limits->bytes)
        return fail(REASON_LIMIT, 0, entry->path, "the layer is larger than allowed");
    if (entry->uid > INT32_MAX || entry->gid > INT32_MAX)
        return fail(REASON_ENTRY, 0, entry->path, "an owner above 2^31");
    if ((entry->type == '3' || entry->type == '4') && (entry->major > 0xfff || entry->minor > 0xfffff))
        return fail(REASON_ENTRY, 0, entry->path, "a device number that Linux does not have");
    if (entry->type == '3' && entry->major == 0 && entry->minor == 0)
        return fail(REASON_ENTRY, 0, entry->path, "a device 0:0, which would hide files of lower layers");
    entry->mode &= 07777;
    return 0;
}

int apply_entry(struct entry *entry, struct totals *totals, const struct limits *limits)
{
    if (check(entry, totals, limits) < 0)
        return -1;
    tree_clean(entry->path);
    if (entry->path[0] == '\0') {
        if (entry->type != '5')
            return fail(REASON_ENTRY, 0, "/", "the root is not a directory");
        totals->root_entry = 1;
    }
    const char *base = strrchr(entry->path, '/');
    base = base != NULL ? base + 1 : entry->path;
    /* What a link of the layer hides below needs no whiteout; through the link it would hide something else. */
    if (starts(base, WHITEOUT_PREFIX) && tree_hidden(entry->path))
        return stream_skip((entry->size + 511) & ~511ULL);
    int parent = tree_parent(entry->path, &base);
    if (parent < 0)
        return fail(REASON_IO, -parent, entry->path, "open the directory of an entry");
    if (starts(base, WHITEOUT_PREFIX)) {
        if (entry->type != '0')
            return fail(REASON_ENTRY, 0, entry->path, "a whiteout that is no file");
        return whiteout_apply(entry->path, parent, base) < 0 ? -1 : stream_skip((entry->size + 511) & ~511ULL);
    }
    int result = put(parent, base, entry, totals);
    if (result == -EEXIST) {
        result = tree_clear(parent, base);
        if (result == 0 && (parent = tree_parent(entry->path, &base)) < 0)
            result = parent;
        if (result == 0)
            result = put(parent, base, entry, totals);
    }
    if (result < -1 || (result < 0 && !failed()))
        return fail(REASON_IO, -result, entry->path, "make an entry");
    return result;
}
