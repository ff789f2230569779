#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "args.h"
#include "lane.h"

/* Deeper directories are moved up to the top of the tree first: depth is chosen by whoever filled the tree, and
   each level costs one descriptor. */
enum { MAX_DEPTH = 32, NAME_SIZE = 256 };

struct removal {
    int parent;
    char name[NAME_SIZE];
    long budget; /* entries left to remove before giving up with EAGAIN; negative: no limit */
    unsigned moved;
    int top;
};

static bool spend(struct removal *r)
{
    if (r->budget == 0)
        return false;
    if (r->budget > 0)
        r->budget--;
    return true;
}

static int move_up(struct removal *r, int parent, const char *name)
{
    char up[64];
    for (;;) {
        snprintf(up, sizeof up, ".moved-%u", r->moved++);
        if (syscall(SYS_renameat2, parent, name, r->top, up, RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EEXIST)
            return -errno;
    }
}

static int empty(struct removal *r, int fd, int depth);

static int remove_entry(struct removal *r, int parent, const char *name, unsigned char type, int depth)
{
    if (!spend(r))
        return -EAGAIN;
    if (type != DT_DIR) {
        if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
            return 0;
        if (errno != EISDIR && errno != EPERM)
            return -errno;
    }
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -errno;
    if (depth >= MAX_DEPTH)
        return move_up(r, parent, name);
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    int result = empty(r, fd, depth + 1);
    if (result == 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        result = -errno;
    return result;
}

/* Removes what is in fd, which it closes. Reads again until a pass finds nothing: entries moved up appear late. */
static int empty(struct removal *r, int fd, int depth)
{
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        int result = -errno;
        close(fd);
        return result;
    }
    if (depth == 0)
        r->top = fd;
    int result = 0;
    for (bool again = true; again && result == 0;) {
        again = false;
        rewinddir(dir);
        for (struct dirent *entry; result == 0 && (errno = 0, entry = readdir(dir)) != NULL;) {
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            result = remove_entry(r, fd, entry->d_name, entry->d_type, depth);
            again = true;
        }
        if (result == 0 && errno != 0)
            result = -errno;
    }
    closedir(dir);
    return result;
}

static int remove_tree(struct removal *r)
{
    if (unlinkat(r->parent, r->name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -errno;
    int fd = openat(r->parent, r->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    int result = empty(r, fd, 0);
    if (result == 0 && unlinkat(r->parent, r->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        result = -errno;
    return result;
}

struct removal_job {
    struct int_job base;
    struct removal removal;
};

static void run_removal(struct job *job)
{
    struct removal_job *on_lane = (struct removal_job *)job;
    on_lane->base.result = remove_tree(&on_lane->removal);
}

static void drop_removal(struct job *job)
{
    struct removal_job *on_lane = (struct removal_job *)job;
    close(on_lane->removal.parent);
    free(on_lane);
}

static bool removal_args(napi_env env, napi_value parent, napi_value name, struct removal *r)
{
    return arg_i32(env, parent, &r->parent) && arg_text(env, name, r->name, sizeof r->name);
}

/* removeTree(dirfd, name, budget): at most budget entries, then -EAGAIN */
static napi_value sys_remove_tree(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    uint32_t budget;
    struct removal r = {0};
    if (!arg_get(env, info, 3, argv) || !removal_args(env, argv[0], argv[1], &r) || !arg_u32(env, argv[2], &budget))
        return arg_int(env, -EINVAL);
    r.budget = budget;
    return arg_int(env, remove_tree(&r));
}

/* removeTreeOn(lane, dirfd, name): all of it, on the lane's thread */
static napi_value sys_remove_tree_on(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    struct lane *lane;
    struct removal r = {.budget = -1};
    if (!arg_get(env, info, 3, argv) || (lane = lane_from(env, argv[0])) == NULL ||
        !removal_args(env, argv[1], argv[2], &r))
        return arg_int(env, -EINVAL);
    struct removal_job *on_lane = calloc(1, sizeof *on_lane);
    if (on_lane == NULL)
        return arg_int(env, -ENOMEM);
    r.parent = fcntl(r.parent, F_DUPFD_CLOEXEC, 3);
    if (r.parent < 0) {
        int result = -errno;
        free(on_lane);
        return arg_int(env, result);
    }
    on_lane->removal = r;
    on_lane->base.job.run = run_removal;
    on_lane->base.job.value = int_job_value;
    on_lane->base.job.drop = drop_removal;
    return lane_submit(env, lane, &on_lane->base.job);
}

const struct export remove_exports[] = {
    {"removeTree", sys_remove_tree},
    {"removeTreeOn", sys_remove_tree_on},
    {NULL, NULL},
};
