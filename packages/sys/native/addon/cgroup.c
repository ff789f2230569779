#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "args.h"
#include "lane.h"

/*
 * Steps on a cgroup file system, run in one go on a lane: mkdir, rmdir and cgroup.procs all take the kernel's
 * cgroup_mutex, which a migration holds while it waits for an RCU grace period (6-15 ms), so none may happen on
 * JavaScript's thread. Packed as: kind, optional (one byte each), path NUL, data NUL.
 */
enum kind { MAKE_DIR = 1, REMOVE_DIR, WRITE, OPEN_WRITE, READ, OPEN_DIR };

#define MAX_STEPS 1024
#define READ_MAX 65536

struct step {
    uint8_t kind;
    bool optional;
    const char *path, *data;
    char *text; /* what a READ gave */
    int result;
};

struct steps_job {
    struct job job;
    uint8_t *packed;
    size_t count, done;
    struct step steps[];
};

static void cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static int write_text(const char *path, const char *text)
{
    __attribute__((cleanup(cleanup_close))) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int read_text(const char *path, char **text)
{
    __attribute__((cleanup(cleanup_close))) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    char *buffer = malloc(READ_MAX);
    if (buffer == NULL)
        return -ENOMEM;
    size_t size = 0;
    while (size < READ_MAX - 1) {
        ssize_t n = read(fd, buffer + size, READ_MAX - 1 - size);
        if (n < 0) {
            int error = errno;
            free(buffer);
            return -error;
        }
        if (n == 0)
            break;
        size += (size_t)n;
    }
    buffer[size] = '\0';
    *text = buffer;
    return 0;
}

static bool gives_fd(const struct step *step)
{
    return step->kind == OPEN_WRITE || step->kind == OPEN_DIR;
}

static int run_step(struct step *step)
{
    int fd;
    switch (step->kind) {
    case MAKE_DIR:
        return mkdir(step->path, 0755) < 0 ? -errno : 0;
    case REMOVE_DIR:
        return rmdir(step->path) < 0 ? -errno : 0;
    case WRITE:
        return write_text(step->path, step->data);
    case OPEN_WRITE:
        fd = open(step->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
        return fd < 0 ? -errno : fd;
    case READ:
        return read_text(step->path, &step->text);
    case OPEN_DIR:
        fd = open(step->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        return fd < 0 ? -errno : fd;
    default:
        return -EINVAL;
    }
}

static void run_steps(struct job *job)
{
    struct steps_job *steps = (struct steps_job *)job;
    for (steps->done = 0; steps->done < steps->count;) {
        struct step *step = &steps->steps[steps->done++];
        step->result = run_step(step);
        if (step->result < 0 && !step->optional)
            break;
    }
}

/* The outcomes of the steps that ran: -errno, 0, a descriptor, or the text read. */
static napi_value steps_value(napi_env env, struct job *job)
{
    struct steps_job *steps = (struct steps_job *)job;
    napi_value array, value;
    napi_create_array_with_length(env, steps->done, &array);
    for (size_t i = 0; i < steps->done; i++) {
        struct step *step = &steps->steps[i];
        if (step->text == NULL)
            value = arg_int(env, step->result);
        else
            napi_create_string_utf8(env, step->text, NAPI_AUTO_LENGTH, &value);
        napi_set_element(env, array, (uint32_t)i, value);
        if (gives_fd(step))
            step->result = -1; /* JavaScript owns it now */
    }
    return array;
}

static void drop_steps(struct job *job)
{
    struct steps_job *steps = (struct steps_job *)job;
    for (size_t i = 0; i < steps->done; i++) {
        free(steps->steps[i].text);
        if (gives_fd(&steps->steps[i]))
            cleanup_close(&steps->steps[i].result);
    }
    free(steps->packed);
    free(steps);
}

static const char *take_text(const uint8_t **at, const uint8_t *end)
{
    const char *text = (const char *)*at;
    const uint8_t *nul = memchr(*at, 0, (size_t)(end - *at));
    if (nul == NULL)
        return NULL;
    *at = nul + 1;
    return text;
}

/* cgroupSteps(lane, packed, count): a promise of an array, as long as the steps that ran */
static napi_value cgroup_steps(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    uint8_t *data;
    size_t size;
    uint32_t count;
    if (!arg_get(env, info, 3, argv) || !arg_bytes(env, argv[1], &data, &size) || !arg_u32(env, argv[2], &count) ||
        count > MAX_STEPS)
        return arg_int(env, -EINVAL);
    struct lane *lane = lane_from(env, argv[0]);
    if (lane == NULL)
        return arg_int(env, -EINVAL);
    struct steps_job *steps = calloc(1, sizeof *steps + count * sizeof *steps->steps);
    if (steps == NULL)
        return arg_int(env, -ENOMEM);
    steps->job = (struct job){.run = run_steps, .value = steps_value, .drop = drop_steps};
    steps->packed = malloc(size + 1);
    if (steps->packed == NULL) {
        drop_steps(&steps->job);
        return arg_int(env, -ENOMEM);
    }
    memcpy(steps->packed, data, size);
    const uint8_t *at = steps->packed, *end = at + size;
    for (; steps->count < count; steps->count++) {
        struct step *step = &steps->steps[steps->count];
        if (end - at < 2)
            break;
        step->kind = *at++;
        step->optional = *at++ != 0;
        if ((step->path = take_text(&at, end)) == NULL || (step->data = take_text(&at, end)) == NULL)
            break;
    }
    if (steps->count != count || at != end) {
        drop_steps(&steps->job);
        return arg_int(env, -EINVAL);
    }
    return lane_submit(env, lane, &steps->job);
}

const struct export cgroup_exports[] = {
    {"cgroupSteps", cgroup_steps},
    {NULL, NULL},
};
