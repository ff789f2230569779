#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "args.h"

static napi_value result(napi_env env, long value)
{
    return arg_int(env, value < 0 ? -errno : value);
}

/* pidfdOpen(pid, flags) */
static napi_value sys_pidfd_open(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t pid;
    uint32_t flags;
    if (!arg_get(env, info, 2, argv) || !arg_i32(env, argv[0], &pid) || !arg_u32(env, argv[1], &flags))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_pidfd_open, pid, flags));
}

/* pidfdSendSignal(pidfd, signal): signal 0 asks whether the process is there */
static napi_value sys_pidfd_send_signal(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t pidfd, signal;
    if (!arg_get(env, info, 2, argv) || !arg_i32(env, argv[0], &pidfd) || !arg_i32(env, argv[1], &signal))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

/* pidfdGetfd(pidfd, fd) */
static napi_value sys_pidfd_getfd(napi_env env, napi_callback_info info)
{
    napi_value argv[2];
    int32_t pidfd, fd;
    if (!arg_get(env, info, 2, argv) || !arg_i32(env, argv[0], &pidfd) || !arg_i32(env, argv[1], &fd))
        return arg_int(env, -EINVAL);
    return result(env, syscall(SYS_pidfd_getfd, pidfd, fd, 0));
}

/* setWindowSize(fd, columns, rows): TIOCSWINSZ */
static napi_value sys_set_window_size(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    int32_t fd;
    uint32_t columns, rows;
    if (!arg_get(env, info, 3, argv) || !arg_i32(env, argv[0], &fd) || !arg_u32(env, argv[1], &columns) ||
        !arg_u32(env, argv[2], &rows))
        return arg_int(env, -EINVAL);
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    return result(env, ioctl(fd, TIOCSWINSZ, &size));
}

const struct export process_exports[] = {
    {"pidfdOpen", sys_pidfd_open},
    {"pidfdSendSignal", sys_pidfd_send_signal},
    {"pidfdGetfd", sys_pidfd_getfd},
    {"setWindowSize", sys_set_window_size},
    {NULL, NULL},
};
