#ifndef INIT_INIT_H
#define INIT_INIT_H

#include "sys.h"

#include "plan.h"

void *memset(void *to, int byte, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);

/* Where guard, spawner and keeper have their descriptors. */
enum { NODE_FD = 3, PROC_FD = 4, FIRST_FREE_FD = 5 };

/* One launch, as the process that executes it sees it; a global, for nothing is allocated after clone. */
struct launch {
    struct plan *plan;
    uint32_t id;
    int status;              /* SOCK_SEQPACKET to the spawner; closed by exec, which is how the spawner sees the start */
    int fds[FD_MAX];         /* sent with the plan */
    int slots[FD_SLOTS];
    int root;                /* O_PATH of the container's root, or -1 */
    bool pivoted;
    volatile int32_t *progress; /* shared with the spawner: index of the op under way, PROGRESS_EXEC at the end */
    int op;
    const char *program;     /* found by OP_LOOKUP */
    const char *detail;      /* what the op's failure was about, beyond its own fields */
};
extern struct launch self;
#define PROGRESS_EXEC INT32_MAX

/* main.c */
extern bool spawner_detached;
_Noreturn void guard_main(void);
_Noreturn void spawner_main(void);
_Noreturn void monitor_main(void);

/* kill.c */
void kill_children(void);
/* Kills and reaps children until there are none; *status gets that of `pid`, true if it was among them. */
bool kill_descendants(int pid, int *status, struct rusage *usage);

/* clone.c */
int clone_plain(void);
int clone_planned(int *pidfd, uint64_t extra_flags);
int write_maps(int pid);

/* keeper.c, intermediate.c */
_Noreturn void keeper_main(void);
_Noreturn void intermediate_main(void);
void run_before(void);

/* child.c */
_Noreturn void child_main(int maps_pipe);
void run_ops(struct op *ops, uint32_t count, int first_index, int step);
_Noreturn void fail(int error);

/* report.c */
extern int report_flags; /* MSG_DONTWAIT in a monitor */
void report_send(int socket, struct report *report, int fd);
void report_fd(enum fd_kind kind, int fd);
/* Waits for Node's answer on the status socket: 0, or the error that ends the launch. */
int await_continue(void);

/* decode.c: NULL, or what is wrong with a plan; it is what the functions below rely on */
const char *plan_decode(struct plan *plan, uint32_t size, uint32_t fds);
/* plan access */
static inline void *plan_at(uint32_t offset)
{
    return (char *)self.plan + offset;
}
static inline const char *blob(uint32_t offset)
{
    return offset == 0 ? NULL : (const char *)plan_at(offset) + 4;
}
static inline uint32_t blob_size(uint32_t offset)
{
    return offset == 0 ? 0 : *(uint32_t *)plan_at(offset);
}
/* The next text of a list after `text`, or NULL. */
const char *list_first(uint32_t offset);
const char *list_next(uint32_t offset, const char *text);
char **array(uint32_t offset);
int fd_of(int32_t reference);

/* resolve.c: everything below is inside the container's root */
int open_in_root(const char *path, int flags, uint64_t resolve);
/* Opens (O_PATH) a directory or file, making what is missing. */
int make_in_root(const char *path, bool directory, unsigned mode);
/* The parent directory, made if missing; *name is the last component. */
int parent_in_root(const char *path, const char **name, char *buffer);
/* The mount point of an op (s3), O_PATH; one that is missing is made as the op says, or like the root of `mount`. */
int open_target(const struct op *op, int mount);
int open_tree_at(int fd, const char *path, unsigned flags);
int attach_at(int mount, int target);

/* procfs.c: through a procfs of our own */
int write_proc(const char *path, const char *value, size_t size);

int op_setns(const struct op *op);
int op_time_offsets(const struct op *op);
int op_setsid(const struct op *op);
int op_keyring(const struct op *op);
int op_propagation(const struct op *op);
int op_root(const struct op *op);
int op_fsmount(const struct op *op);
int op_bind(const struct op *op);
int op_attach(const struct op *op);
int op_setattr(const struct op *op);
int op_reconfigure(const struct op *op);
int op_mkdir(const struct op *op);
int op_symlink(const struct op *op);
int op_mknod(const struct op *op);
int op_mask(const struct op *op);
int op_readonly(const struct op *op);
int op_pivot(const struct op *op);
int op_hostname(const struct op *op);
int op_domainname(const struct op *op);
int op_sysctl(const struct op *op);
int op_rlimit(const struct op *op);
int op_oom(const struct op *op);
int op_umask(const struct op *op);
int op_nnp(const struct op *op);
int op_bounding(const struct op *op);
int op_user(const struct op *op);
int op_caps(const struct op *op);
int op_seccomp(const struct op *op);
int op_personality(const struct op *op);
int op_scheduler(const struct op *op);
int op_ioprio(const struct op *op);
int op_mempolicy(const struct op *op);
int op_affinity(const struct op *op);
int op_label(const struct op *op);
int op_pty(const struct op *op);
int op_stdio(const struct op *op);
int op_hook(const struct op *op);
int op_barrier(const struct op *op);
int op_wait(const struct op *op);
int op_cwd(const struct op *op);
int op_lookup(const struct op *op);
int op_unshare(const struct op *op);
int op_loopback(const struct op *op);
int op_cgroups(const struct op *op);
int op_exec(const struct op *op);

/* reaper.c */
int reaper_split(void);


/* stdio.c: moves the descriptors the launch still needs to `lowest` or above */
void move_own_fds(int lowest);
/* warn(): the op goes on, Node gets R_WARNING */
void warn(int error, const char *detail);

#endif
