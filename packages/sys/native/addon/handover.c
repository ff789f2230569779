#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "args.h"

static int hand_over(const char *path, int fd, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sock < 0)
        return -errno;
    struct iovec data = {.iov_base = (void *)name, .iov_len = strlen(name)};
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    int result = 0;
    if (connect(sock, (struct sockaddr *)&address, sizeof address) < 0 || sendmsg(sock, &message, MSG_NOSIGNAL) < 0)
        result = -errno;
    close(sock);
    return result;
}

/* handOver(path, fd, name): connects to the unix stream socket, sends one descriptor with a name, closes */
static napi_value sys_hand_over(napi_env env, napi_callback_info info)
{
    napi_value argv[3];
    char path[ARG_PATH], name[64];
    int32_t fd;
    if (!arg_get(env, info, 3, argv) || !arg_text(env, argv[0], path, sizeof path) || !arg_i32(env, argv[1], &fd) ||
        !arg_text(env, argv[2], name, sizeof name) || name[0] == '\0')
        return arg_int(env, -EINVAL);
    return arg_int(env, hand_over(path, fd, name));
}

const struct export handover_exports[] = {
    {"handOver", sys_hand_over},
    {NULL, NULL},
};
