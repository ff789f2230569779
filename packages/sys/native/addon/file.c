#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "addon.h"

static napi_value sys_close(napi_env env, napi_callback_info info)
{
    size_t argc = 1;
    napi_value argv[1], result;
    int32_t fd = -1;
    napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
    napi_get_value_int32(env, argv[0], &fd);
    napi_create_int32(env, close(fd) < 0 ? -errno : 0, &result);
    return result;
}

const struct export file_exports[] = {
    {"close", sys_close},
    {NULL, NULL},
};
