#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/xattr.h>

#include "args.h"

/* getXattr(fd, name): a Buffer or -errno */
static napi_value sys_get_xattr(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t fd;
    char name[256];
    static const size_t limit = 65536; /* XATTR_SIZE_MAX */
    if (!arg_get(env, info, 2, argv) || !arg_i32(env, argv[0], &fd) || !arg_text(env, argv[1], name, sizeof name))
        return arg_int(env, -EINVAL);
    void *data = malloc(limit);
    if (data == NULL)
        return arg_int(env, -ENOMEM);
    ssize_t size = fgetxattr(fd, name, data, limit);
    napi_value value = size < 0 ? arg_int(env, -errno) : arg_buffer(env, data, (size_t)size);
    free(data);
    return value;
}

/* setXattr(fd, name, bytes, flags) */
static napi_value sys_set_xattr(napi_env env, napi_callback_info info)
{
    napi_value argv[4];
    int32_t fd, flags;
    char name[256];
    uint8_t *data;
    size_t size;
    if (!arg_get(env, info, 4, argv) || !arg_i32(env, argv[0], &fd) || !arg_text(env, argv[1], name, sizeof name) ||
        !arg_bytes(env, argv[2], &data, &size) || !arg_i32(env, argv[3], &flags))
        return arg_int(env, -EINVAL);
    return arg_int(env, fsetxattr(fd, name, data, size, flags) < 0 ? -errno : 0);
}

/* listXattr(fd): a Buffer of NUL-ended names, or -errno */
static napi_value sys_list_xattr(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    int32_t fd;
    static const size_t limit = 65536; /* XATTR_LIST_MAX */
    if (!arg_get(env, info, 1, argv) || !arg_i32(env, argv[0], &fd))
        return arg_int(env, -EINVAL);
    char *data = malloc(limit);
    if (data == NULL)
        return arg_int(env, -ENOMEM);
    ssize_t size = flistxattr(fd, data, limit);
    napi_value value = size < 0 ? arg_int(env, -errno) : arg_buffer(env, data, (size_t)size);
    free(data);
    return value;
}

/* removeXattr(fd, name) */
static napi_value sys_remove_xattr(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t fd;
    char name[256];
    if (!arg_get(env, info, 2, argv) || !arg_i32(env, argv[0], &fd) || !arg_text(env, argv[1], name, sizeof name))
        return arg_int(env, -EINVAL);
    return arg_int(env, fremovexattr(fd, name) < 0 ? -errno : 0);
}

const struct export xattr_exports[] = {
    {"getXattr", sys_get_xattr},
    {"setXattr", sys_set_xattr},
    {"listXattr", sys_list_xattr},
    {"removeXattr", sys_remove_xattr},
    {NULL, NULL},
};
