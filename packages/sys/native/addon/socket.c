#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "args.h"

/*
 * reservePort(family, type, address, port, listen, fd): a bound socket whose filter drops every packet, so that the port
 * is taken and nobody is answered (SO_ATTACH_FILTER, socket(7)). family 4 or 6, address its 4 or 16 bytes. fd is an
 * unbound socket of another network namespace, which stays the caller's on failure, or -1: make one here.
 */
static napi_value sys_reserve_port(napi_env env, napi_callback_info info)
{
    napi_value argv[6];
    int32_t family, type, port, listening, given;
    uint8_t *address;
    size_t size;
    if (!arg_get(env, info, 6, argv) || !arg_i32(env, argv[0], &family) || !arg_i32(env, argv[1], &type) ||
        !arg_bytes(env, argv[2], &address, &size) || !arg_i32(env, argv[3], &port) ||
        !arg_i32(env, argv[4], &listening) || !arg_i32(env, argv[5], &given) || size != (family == 6 ? 16 : 4))
        return arg_int(env, -EINVAL);
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name = {0};
    socklen_t length;
    if (family == 6) {
        name.v6.sin6_family = AF_INET6;
        name.v6.sin6_port = htons((uint16_t)port);
        memcpy(&name.v6.sin6_addr, address, 16);
        length = sizeof name.v6;
    } else {
        name.v4.sin_family = AF_INET;
        name.v4.sin_port = htons((uint16_t)port);
        memcpy(&name.v4.sin_addr, address, 4);
        length = sizeof name.v4;
    }
    int fd = given >= 0 ? given : socket(name.any.sa_family, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return arg_int(env, -errno);
    struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &drop};
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ||
        (family == 6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0) ||
        bind(fd, &name.any, length) < 0 || (listening && listen(fd, 1) < 0)) {
        int error = errno;
        if (given < 0)
            close(fd);
        return arg_int(env, -error);
    }
    return arg_int(env, fd);
}

/* boundPort(fd): the port that bind(2) chose */
static napi_value sys_bound_port(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    int32_t fd;
    struct sockaddr_in6 name;
    socklen_t length = sizeof name;
    if (!arg_get(env, info, 1, argv) || !arg_i32(env, argv[0], &fd))
        return arg_int(env, -EINVAL);
    if (getsockname(fd, (struct sockaddr *)&name, &length) < 0)
        return arg_int(env, -errno);
    return arg_int(env, ntohs(name.sin6_port));
}

const struct export socket_exports[] = {
    {"reservePort", sys_reserve_port},
    {"boundPort", sys_bound_port},
    {NULL, NULL},
};
