#include "init.h"

#include <net/if.h>
#include <sys/ioctl.h>

/* Writes below /proc by a handle no container can have mounted over (CVE-2025-52881). */
int write_proc(const char *path, const char *value, size_t size)
{
    struct open_how how = {
        .flags = O_WRONLY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
    };
    cleanup_close int fd = (int)sys_4(SYS_openat2, PROC_FD, path, &how, sizeof how);
    long written = fd < 0 ? fd : sys_3(SYS_write, fd, value, size);
    return written < 0 ? (int)written : 0;
}

static int write_below(const char *directory, uint32_t name, uint32_t value)
{
    char path[256];
    size_t length = text_length(directory), rest = blob_size(name);
    if (length + rest >= sizeof path)
        return -ENAMETOOLONG;
    memcpy(path, directory, length);
    memcpy(path + length, blob(name), rest + 1);
    return write_proc(path, blob(value), blob_size(value));
}

int op_sysctl(const struct op *op)
{
    return write_below("sys/", op->s[0], op->s[1]);
}

int op_label(const struct op *op)
{
    return write_below("thread-self/attr/", op->s[0], op->s[1]);
}

int op_oom(const struct op *op)
{
    return write_proc("self/oom_score_adj", blob(op->s[0]), blob_size(op->s[0]));
}

int op_time_offsets(const struct op *op)
{
    int result = (int)sys_1(SYS_unshare, CLONE_NEWTIME);
    return result < 0 ? result : write_proc("self/timens_offsets", blob(op->s[0]), blob_size(op->s[0]));
}

int op_setns(const struct op *op)
{
    return (int)sys_2(SYS_setns, fd_of(op->fd), op->a);
}

int op_unshare(const struct op *op)
{
    return (int)sys_1(SYS_unshare, op->a);
}

/*
 * A thread that moves only itself takes no lock (cgroup_procs_write_start(), Linux 5.5): whoever else moves it waits for
 * an RCU grace period, 6 to 15 ms.
 */
int op_cgroups(const struct op *op)
{
    const int32_t *tasks = (const int32_t *)blob(op->s[0]);
    const char *name = list_first(op->s[1]);
    for (uint32_t i = 0; i < blob_size(op->s[0]) / 4; i++) {
        self.detail = name;
        long written = sys_3(SYS_write, fd_of(tasks[i]), "0", 1);
        if (written < 0)
            return (int)written;
        name = name == NULL ? NULL : list_next(op->s[1], name);
    }
    return 0;
}

int op_loopback(const struct op *op)
{
    (void)op;
    struct ifreq request = {.ifr_name = "lo"};
    cleanup_close int fd = (int)sys_3(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int result = fd < 0 ? fd : (int)sys_3(SYS_ioctl, fd, SIOCGIFFLAGS, &request);
    if (result < 0)
        return result;
    request.ifr_flags |= IFF_UP;
    return (int)sys_3(SYS_ioctl, fd, SIOCSIFFLAGS, &request);
}

int op_setsid(const struct op *op)
{
    (void)op;
    int result = (int)sys_0(SYS_setsid);
    return result < 0 ? result : 0;
}

int op_keyring(const struct op *op)
{
    enum { JOIN_SESSION_KEYRING = 1 };
    long result = sys_2(SYS_keyctl, JOIN_SESSION_KEYRING, blob(op->s[0]));
    return result < 0 ? (int)result : 0;
}

int op_hostname(const struct op *op)
{
    return (int)sys_2(SYS_sethostname, blob(op->s[0]), blob_size(op->s[0]));
}

int op_domainname(const struct op *op)
{
    return (int)sys_2(SYS_setdomainname, blob(op->s[0]), blob_size(op->s[0]));
}

int op_rlimit(const struct op *op)
{
    struct {
        uint64_t soft, hard;
    } limit = {op->b, op->c};
    return (int)sys_4(SYS_prlimit64, 0, op->a, &limit, NULL);
}

int op_umask(const struct op *op)
{
    sys_1(SYS_umask, op->a);
    return 0;
}

int op_personality(const struct op *op)
{
    long result = sys_1(SYS_personality, op->a);
    return result < 0 ? (int)result : 0;
}

int op_scheduler(const struct op *op)
{
    return (int)sys_3(SYS_sched_setattr, 0, blob(op->s[0]), 0);
}

int op_ioprio(const struct op *op)
{
    enum { IOPRIO_WHO_PROCESS = 1 };
    return (int)sys_3(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, op->a);
}

int op_mempolicy(const struct op *op)
{
    uint64_t nodes = op->b;
    return (int)sys_3(SYS_set_mempolicy, op->a, nodes == 0 ? NULL : &nodes, nodes == 0 ? 0 : 65);
}

int op_affinity(const struct op *op)
{
    long result = sys_3(SYS_sched_setaffinity, 0, blob_size(op->s[0]), blob(op->s[0]));
    return result < 0 ? (int)result : 0;
}
