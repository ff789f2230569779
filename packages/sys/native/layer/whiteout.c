#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "layer.h"

bool is_whiteout(int parent, const char *name)
{
    struct stat st;
    return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

int mark_opaque(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int result = fsetxattr(fd, "user.overlay.opaque", "y", 1, 0) < 0 ? -errno : 0;
    close(fd);
    return result;
}

/* What the layer itself has at a whited-out name stays: whiteouts are about the layers below (image-spec layer.md). */
int whiteout_apply(const char *path, int parent, const char *base)
{
    const char *name = base + sizeof WHITEOUT_PREFIX - 1;
    if (strcmp(name, ".wh..opq") == 0) {
        int result = mark_opaque(parent, ".");
        return result < 0 ? fail(REASON_IO, -result, path, "mark a directory opaque") : 0;
    }
    if (strcmp(name, ".wh.plnk") == 0 || strcmp(name, ".wh.orph") == 0 || strcmp(name, ".wh.aufs") == 0)
        return 0;
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strncmp(name, WHITEOUT_PREFIX, 4) == 0)
        return fail(REASON_ENTRY, 0, path, "not the name of a whiteout");
    if (mknodat(parent, name, S_IFCHR, makedev(0, 0)) == 0)
        return 0;
    if (errno != EEXIST)
        return fail(REASON_IO, errno, path, "make a whiteout");
    struct stat st;
    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return fail(REASON_IO, errno, path, "look at what is whited out");
    int result = S_ISDIR(st.st_mode) ? mark_opaque(parent, name) : 0;
    return result < 0 ? fail(REASON_IO, -result, path, "mark a directory opaque") : 0;
}
