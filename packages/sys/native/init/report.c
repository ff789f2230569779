#include "init.h"

struct rights {
    struct cmsghdr head;
    int fd;
};

int report_flags;

/* One message; fd -1: none. A lost receiver is noticed elsewhere; one whose queue is full is cut off. */
void report_send(int socket, struct report *report, int fd)
{
    size_t detail = 0;
    while (detail < REPORT_DETAIL && report->detail[detail] != '\0')
        detail++;
    struct iovec part = {report, REPORT_HEAD + detail};
    union {
        struct rights rights;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {
        .rights = {
            .head = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS},
            .fd = fd,
        },
    };
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
    }
    long sent;
    while ((sent = sys_3(SYS_sendmsg, socket, &message, MSG_NOSIGNAL | report_flags)) == -EINTR)
        ;
    if (sent == -EAGAIN)
        sys_2(SYS_shutdown, socket, SHUT_RDWR);
}

static void set_detail(struct report *report, const char *detail)
{
    for (size_t i = 0; detail != NULL && i < REPORT_DETAIL; i++) {
        report->detail[i] = detail[i];
        if (detail[i] == '\0')
            return;
    }
}

void report_fd(enum fd_kind kind, int fd)
{
    struct report report = {.type = R_FD, .id = self.id, .value = kind};
    report_send(self.status, &report, fd);
}

void warn(int error, const char *detail)
{
    struct report report = {.type = R_WARNING, .id = self.id, .op = self.op, .error = -error};
    set_detail(&report, detail);
    report_send(self.status, &report, -1);
}

/* error: -errno */
_Noreturn void fail(int error)
{
    struct report report = {.type = R_FAILED, .id = self.id, .op = self.op, .error = -error};
    set_detail(&report, self.detail);
    report_send(self.status, &report, -1);
    sys_exit(127);
}

int await_continue(void)
{
    int32_t error = 0;
    long size;
    while ((size = sys_6(SYS_recvfrom, self.status, &error, sizeof error, 0, NULL, NULL)) == -EINTR)
        ;
    if (size != sizeof error)
        sys_exit(127); /* the other end is gone */
    return -error;
}
