/*
 * A plan as it arrives: checked whole before anything is cloned, so that no op reads beyond it. The encoder is trusted;
 * its mistakes and a damaged file shall be errors and not memory faults.
 */
#include "init.h"

#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <sched.h>

/* All others would share something of the spawner with the process. */
#define NEW_NAMESPACES                                                                                                 \
    (CLONE_NEWTIME | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |      \
     CLONE_NEWNET)

/* What the four texts of an op are; 0: none. */
enum { BYTES = 1, TEXT, LIST, ARRAY, NEEDED = 8 };
static const uint8_t kinds[OP_END][4] = {
    [OP_TIME_OFFSETS] = {TEXT | NEEDED},
    [OP_KEYRING] = {TEXT | NEEDED},
    [OP_PROPAGATION] = {0, 0, 0, TEXT},
    [OP_ROOT] = {TEXT},
    [OP_FSMOUNT] = {TEXT | NEEDED, TEXT, LIST, TEXT | NEEDED},
    [OP_BIND] = {TEXT | NEEDED, 0, 0, TEXT | NEEDED},
    [OP_ATTACH] = {0, 0, 0, TEXT | NEEDED},
    [OP_SETATTR] = {0, 0, 0, TEXT | NEEDED},
    [OP_RECONFIGURE] = {0, 0, LIST, TEXT | NEEDED},
    [OP_MKDIR] = {TEXT | NEEDED},
    [OP_SYMLINK] = {TEXT | NEEDED, TEXT | NEEDED},
    [OP_MKNOD] = {TEXT | NEEDED, TEXT},
    [OP_MASK] = {LIST},
    [OP_READONLY] = {LIST},
    [OP_HOSTNAME] = {TEXT | NEEDED},
    [OP_DOMAINNAME] = {TEXT | NEEDED},
    [OP_SYSCTL] = {TEXT | NEEDED, TEXT | NEEDED},
    [OP_OOM] = {TEXT | NEEDED},
    [OP_USER] = {BYTES},
    [OP_CAPS] = {BYTES | NEEDED},
    [OP_SECCOMP] = {BYTES | NEEDED},
    [OP_SCHEDULER] = {BYTES | NEEDED},
    [OP_AFFINITY] = {BYTES | NEEDED},
    [OP_LABEL] = {TEXT | NEEDED, TEXT | NEEDED},
    [OP_STDIO] = {BYTES},
    [OP_HOOK] = {TEXT | NEEDED, ARRAY | NEEDED, ARRAY | NEEDED, BYTES},
    [OP_CWD] = {TEXT | NEEDED},
    [OP_CGROUPS] = {BYTES | NEEDED, LIST | NEEDED},
    [OP_EXEC] = {ARRAY | NEEDED, ARRAY | NEEDED, LIST, TEXT},
};

static bool inside(const struct plan *plan, uint32_t offset, uint64_t size)
{
    return offset >= sizeof *plan && offset <= plan->size && size <= plan->size - offset;
}

static bool blob_is_sound(const struct plan *plan, uint32_t offset)
{
    if (offset % 4 != 0 || !inside(plan, offset, 5))
        return false;
    const char *at = (const char *)plan + offset;
    uint64_t size = *(const uint32_t *)at;
    return inside(plan, offset, 4 + size + 1) && at[4 + size] == '\0';
}

/* With `fill`, writes the pointers; without, they must be what would be written: nothing has written over them. */
static bool array_is_sound(struct plan *plan, uint32_t offset, bool fill)
{
    if (offset % 8 != 0 || !inside(plan, offset, 16))
        return false;
    uint64_t *base = (uint64_t *)((char *)plan + offset), count = base[0];
    if (count > (plan->size - offset - 16) / 8)
        return false;
    char **pointers = (char **)(base + 1), *end = (char *)plan + plan->size;
    char *text = (char *)(pointers + count + 1);
    for (uint64_t i = 0; i <= count; i++) {
        char *pointer = i < count ? text : NULL;
        if (fill)
            pointers[i] = pointer;
        else if (pointers[i] != pointer)
            return false;
        if (i == count)
            break;
        while (text < end && *text != '\0')
            text++;
        if (text++ == end)
            return false;
    }
    return true;
}

/* Looks at a copy: the pointers of an array may lie over the op itself. */
static bool op_is_sound(struct plan *plan, const struct op *at, bool fill)
{
    const struct op op = *at;
    uint32_t size;
    if (op.code >= OP_END)
        return false;
    for (int i = 0; i < 4; i++) {
        uint8_t kind = kinds[op.code][i];
        if (op.s[i] == 0 ? (kind & NEEDED) != 0 : kind == 0)
            return false;
        if (op.s[i] == 0)
            continue;
        if ((kind & ~NEEDED) == ARRAY ? !array_is_sound(plan, op.s[i], fill) : !blob_is_sound(plan, op.s[i]))
            return false;
    }
    switch (op.code) {
    case OP_ROOT:
        return op.s[0] != 0 || (op.fd >= 0 && (op.flags & OPF_1) == 0);
    case OP_CAPS:
        return op.s[0] % 8 == 4 && *(const uint32_t *)((const char *)plan + op.s[0]) >= sizeof(uint64_t);
    case OP_SECCOMP:
        size = *(const uint32_t *)((const char *)plan + op.s[0]);
        return size % sizeof(struct sock_filter) == 0 && size <= BPF_MAXINSNS * sizeof(struct sock_filter);
    case OP_EXEC:
        return op.s[3] != 0 || *(const uint64_t *)((const char *)plan + op.s[0]) > 0;
    }
    return true;
}

/* OP_EXEC is the last of the ops, and only that. Device nodes and links look at the op after them. */
static bool ops_are_sound(struct plan *plan, uint32_t offset, uint32_t count, bool exec, bool fill)
{
    if (offset % 8 != 0 || (count > 0 && !inside(plan, offset, (uint64_t)count * sizeof(struct op))))
        return false;
    const struct op *ops = (const struct op *)((const char *)plan + offset);
    for (uint32_t i = 0; i < count; i++) {
        bool last = i == count - 1;
        if (!op_is_sound(plan, &ops[i], fill) || (ops[i].code == OP_EXEC) != (exec && last) ||
            (last && (ops[i].code == OP_MKNOD || ops[i].code == OP_SYMLINK)))
            return false;
    }
    return true;
}

/*
 * Twice, because the pointers of an array may lie over what was found sound before: what is sound the second time, when
 * nothing is written, stays so.
 */
static bool is_sound(struct plan *plan, bool fill)
{
    return plan->ops_count > 0 && ops_are_sound(plan, plan->before_offset, plan->before_count, false, fill) &&
           ops_are_sound(plan, plan->ops_offset, plan->ops_count, true, fill) &&
           (plan->uid_map == 0 || blob_is_sound(plan, plan->uid_map)) &&
           (plan->gid_map == 0 || blob_is_sound(plan, plan->gid_map));
}

const char *plan_decode(struct plan *plan, uint32_t size, uint32_t fds)
{
    if (size < sizeof *plan || plan->magic != PLAN_MAGIC || plan->abi != PLAN_ABI)
        return "the plan is of another version";
    if (plan->size != size || plan->fd_count != fds || fds > FD_MAX ||
        (plan->clone_flags & ~(uint64_t)NEW_NAMESPACES) != 0 ||
        (plan->cgroup >= 0 && (uint32_t)plan->cgroup >= fds) || !is_sound(plan, true) || !is_sound(plan, false))
        return "the plan is malformed";
    return NULL;
}

int fd_of(int32_t reference)
{
    if (reference < 0)
        return -1;
    if (reference >= FD_SLOT)
        return reference < FD_SLOT + FD_SLOTS ? self.slots[reference - FD_SLOT] : -1;
    return (uint32_t)reference < self.plan->fd_count ? self.fds[reference] : -1;
}

const char *list_first(uint32_t offset)
{
    return offset != 0 && blob_size(offset) > 0 ? blob(offset) : NULL;
}

const char *list_next(uint32_t offset, const char *text)
{
    const char *next = text + text_length(text) + 1;
    return next < blob(offset) + blob_size(offset) ? next : NULL;
}

char **array(uint32_t offset)
{
    return (char **)((uint64_t *)plan_at(offset) + 1);
}
