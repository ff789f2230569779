#define _GNU_SOURCE
#include <errno.h>
#include <sys/stat.h>

#include "args.h"

/* mkfifo(path, mode) */
static napi_value sys_mkfifo(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    char path[ARG_PATH];
    uint32_t mode;
    if (!arg_get(env, info, 2, argv) || !arg_text(env, argv[0], path, sizeof path) || !arg_u32(env, argv[1], &mode))
        return arg_int(env, -EINVAL);
    return arg_int(env, mkfifo(path, mode) < 0 ? -errno : 0);
}

const struct export fifo_exports[] = {
    {"mkfifo", sys_mkfifo},
    {NULL, NULL},
};
