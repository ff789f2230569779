#include "init.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>

int op_nnp(const struct op *op)
{
    (void)op;
    return sys_prctl(PR_SET_NO_NEW_PRIVS, 1, 0);
}

/* Without CAP_SETPCAP nothing can be dropped, and nothing need be where the set lacks it already. */
int op_bounding(const struct op *op)
{
    for (int capability = 0; capability < 64; capability++) {
        if ((op->a >> capability & 1) != 0)
            continue;
        int result = sys_prctl(PR_CAPBSET_DROP, (unsigned long)capability, 0);
        if (result == -EINVAL)
            break; /* beyond the kernel's last */
        if (result < 0 && sys_prctl(PR_CAPBSET_READ, (unsigned long)capability, 0) != 0)
            return result;
    }
    return 0;
}

int op_user(const struct op *op)
{
    int result = 0;
    if (op->flags & OPF_1)
        result = sys_prctl(PR_SET_KEEPCAPS, 1, 0);
    if (result == 0 && (op->flags & OPF_2) != 0) {
        self.detail = "setgroups";
        result = (int)sys_2(SYS_setgroups, blob_size(op->s[0]) / 4, blob(op->s[0]));
    }
    if (result == 0) {
        self.detail = "setresgid";
        result = (int)sys_3(SYS_setresgid, op->b, op->b, op->b);
    }
    if (result == 0) {
        self.detail = "setresuid";
        result = (int)sys_3(SYS_setresuid, op->a, op->a, op->a);
    }
    /* A change of ids clears the parent-death signal (prctl(2)). */
    if (result == 0 && (self.plan->flags & PLAN_DETACHED) == 0)
        result = sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
    if (result == 0 && (op->flags & OPF_1) != 0)
        result = sys_prctl(PR_SET_KEEPCAPS, 0, 0);
    return result;
}

static void hex(char *out, uint64_t value)
{
    for (int i = 15; i >= 0; i--, value >>= 4)
        out[i] = "0123456789abcdef"[value & 15];
    out[16] = '\0';
}

int op_caps(const struct op *op)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct now[2], wanted[2];
    uint64_t ambient = *(const uint64_t *)blob(op->s[0]);
    int result = (int)sys_2(SYS_capget, &head, now);
    if (result < 0)
        return result;
    uint64_t permitted = now[0].permitted | (uint64_t)now[1].permitted << 32;
    uint64_t sets[3] = {op->a & permitted, op->b & permitted, op->c & permitted};
    uint64_t missing = (op->a | op->b | op->c | ambient) & ~permitted;
    for (int i = 0; i < 2; i++) {
        wanted[i].effective = (uint32_t)(sets[0] >> 32 * i);
        wanted[i].permitted = (uint32_t)(sets[1] >> 32 * i);
        wanted[i].inheritable = (uint32_t)(sets[2] >> 32 * i);
    }
    result = (int)sys_2(SYS_capset, &head, wanted);
    if (result < 0)
        return result;
    result = sys_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0);
    for (int capability = 0; result == 0 && capability < 64; capability++)
        if (ambient >> capability & 1 & (sets[1] >> capability) & (sets[2] >> capability))
            result = sys_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (unsigned long)capability);
    if (result == 0 && missing != 0) {
        char text[17];
        hex(text, missing);
        warn(-EPERM, text);
    }
    return result;
}

int op_seccomp(const struct op *op)
{
    struct sock_fprog program = {
        .len = (unsigned short)(blob_size(op->s[0]) / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)(uintptr_t)blob(op->s[0]),
    };
    int fd = (int)sys_3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, op->a, &program);
    if (fd < 0)
        return fd;
    if (op->flags & OPF_1) {
        report_fd(FD_SECCOMP, fd);
        sys_close(fd);
    }
    return 0;
}
