#ifndef COFFERDAM_PLAN_H
#define COFFERDAM_PLAN_H

/*
 * The binary form of a launch plan and the messages around it: what packages/process encodes and native/init executes.
 * Everything is little-endian and lies in one buffer; offsets count from its beginning, 0 means none. Change anything
 * here and PLAN_ABI counts up.
 */
#include <stdint.h>

#define PLAN_MAGIC 0x464d4443u /* "CDMF" */
#define PLAN_ABI 2

enum plan_flags {
    PLAN_DETACHED = 1,       /* outlives the spawner: no parent-death signal */
    PLAN_REPORT_PID = 2,     /* R_CLONED as soon as there is a process */
    PLAN_DENY_SETGROUPS = 4, /* /proc/PID/setgroups gets "deny" before the maps */
    PLAN_KEEPER = 8,         /* a subreaper of its own above the process, because there is no pid namespace */
    PLAN_INTERMEDIATE = 16,  /* `before` runs in a process that then clones with CLONE_PARENT */
    PLAN_HIDE = 32,          /* PR_SET_DUMPABLE 0 before foreign namespaces are entered (CVE-2016-9962) */
};

struct plan {
    uint32_t magic, abi, size, flags;
    uint64_t clone_flags;
    int32_t cgroup; /* index of a descriptor, or -1 */
    uint32_t fd_count;
    uint32_t before_offset, before_count; /* ops of the intermediate or keeper */
    uint32_t ops_offset, ops_count;       /* the last one is OP_EXEC */
    uint32_t uid_map, gid_map;            /* blobs: text for /proc/PID/uid_map */
};

/* A descriptor: -1 none, 0... index of the descriptors sent along, FD_SLOT + n a register of the child. */
#define FD_SLOT 0x1000
#define FD_SLOTS 16
#define FD_MAX 253

/*
 * One op. A blob (s) is {u32 size, bytes, NUL} at a multiple of 4. A list is a blob of NUL-ended texts. An array is
 * {u64 count, u64 pointer[count + 1], texts} at a multiple of 8; the pointers are filled in by init.
 */
struct op {
    uint32_t code, flags;
    int32_t fd, fd2;
    uint64_t a, b, c;
    uint32_t s[4];
};

enum op_flags {
    OPF_CREATE_DIR = 1,
    OPF_CREATE_FILE = 2,
    OPF_CREATE_LIKE = 4,
    OPF_NO_SYMLINKS = 8,
    OPF_NOT_PROC = 16,
    OPF_1 = 1 << 8, /* what these three mean is said at the op */
    OPF_2 = 1 << 9,
    OPF_3 = 1 << 10,
    OPF_OPTIONAL = 1u << 31, /* a failure is a warning */
};

enum op_code {
    OP_SETNS = 1,    /* fd; a: CLONE_NEW* */
    OP_TIME_OFFSETS, /* s0: text for timens_offsets */
    OP_SETSID,
    OP_KEYRING,     /* s0: name */
    OP_PROPAGATION, /* a: MS_* with MS_REC; s3: target or none */
    OP_ROOT,        /* fd or s0: path; a set, b clear; fd2: userns; 1: plain, 2: recursive attrs, 3: make / private */
    OP_FSMOUNT,     /* s0 type, s1 source, s2 list of options, s3 target; a: attrs; c: propagation; fd2: userns */
    OP_BIND,        /* s0 source, s3 target; a set, b clear, c propagation; fd2; 1: recursive, 2: attrs too, 3: in root */
    OP_ATTACH,      /* fd, s3 target; a, b, c, fd2 as OP_BIND; 2: attrs recursive */
    OP_SETATTR,     /* s3 target; a set, b clear; 2: recursive */
    OP_RECONFIGURE, /* s3 target, s2 list of options */
    OP_MKDIR,       /* s0 path; a: mode */
    OP_SYMLINK,     /* s0 path, s1 target */
    OP_MKNOD,       /* s0 path, s1 path to bind; a: mode with type, b: dev_t, c: uid | gid << 32; 1: always bind */
    OP_MASK,        /* s0: list of paths */
    OP_READONLY,    /* s0: list of paths */
    OP_PIVOT,       /* a: 0 pivot_root, 1 chroot */
    OP_HOSTNAME,    /* s0 */
    OP_DOMAINNAME,  /* s0 */
    OP_SYSCTL,      /* s0: path below /proc/sys, s1: value */
    OP_RLIMIT,      /* a: resource, b: soft, c: hard */
    OP_OOM,         /* s0: text */
    OP_UMASK,       /* a */
    OP_NNP,
    OP_BOUNDING,    /* a: capabilities kept */
    OP_USER,        /* a: uid, b: gid, s0: u32 groups; 1: keep capabilities, 2: groups given */
    OP_CAPS,        /* a: effective, b: permitted, c: inheritable, s0: u64 ambient */
    OP_SECCOMP,     /* s0: struct sock_filter[]; a: flags; 1: report the listener */
    OP_PERSONALITY, /* a */
    OP_SCHEDULER,   /* s0: struct sched_attr */
    OP_IOPRIO,      /* a */
    OP_MEMPOLICY,   /* a: mode, b: nodes */
    OP_AFFINITY,    /* s0: mask */
    OP_LABEL,       /* s0: name below attr/, s1: value */
    OP_PTY,         /* a: columns | rows << 16, b: uid; 1: console, 2: the host's, 3: uid given */
    OP_STDIO,       /* s0: i32 descriptors */
    OP_HOOK,        /* s0 path, s1 array of arguments, s2 array of environment, s3: stdin; a: timeout in ms, 0 none */
    OP_BARRIER,     /* a: number */
    OP_WAIT,        /* fd or -1; a: number of the barrier when -1 */
    OP_CWD,         /* s0 path; 1: create, 2: lenient */
    OP_LOOKUP,
    OP_UNSHARE,  /* a: CLONE_NEW* */
    OP_LOOPBACK,
    OP_CGROUPS, /* s0: i32 descriptors of `tasks` files, s1: list of the hierarchies' names */
    OP_EXEC, /* s0 array of arguments, s1 array of environment, s2 list of directories, s3 path or none; fd or -1 */
    OP_END,
};

/* To the spawner. Descriptors of a plan come with its message; a plan in a memfd is the last of them. */
enum request_type { Q_START = 1, Q_START_MEMFD, Q_CONTINUE, Q_KILL };
struct request {
    uint32_t type, id;
    int32_t value;  /* Q_CONTINUE: 0, or the error that ends the launch */
    uint32_t size;  /* of the plan */
};
#define PLAN_INLINE_MAX 65536u

/* From the spawner, a keeper or (relayed) a child. */
enum report_type {
    R_CLONED = 1, /* pid; with the pidfd */
    R_STARTED,    /* pid; with the pidfd unless R_CLONED had it: the program runs */
    R_FAILED,     /* op, error, detail */
    R_WARNING,    /* op, error, detail */
    R_BARRIER,    /* value: number */
    R_FD,         /* value: enum fd_kind; with it */
    R_EXIT,       /* value: wait status; final: nothing of it is left */
    R_GONE,       /* what was left after R_EXIT is gone too */
};
enum fd_kind { FD_PTY = 1, FD_SECCOMP };

/* op of R_FAILED: an index into the ops, OP_INDEX_CLONE, or OP_INDEX_BEFORE - i for op i of `before`. */
#define OP_INDEX_CLONE (-1)
#define OP_INDEX_BEFORE (-2)

#define REPORT_DETAIL 256
struct report {
    uint32_t type, id;
    int32_t pid, op, error;
    uint32_t value, final, max_rss_kib;
    uint64_t user_us, system_us;
    char detail[REPORT_DETAIL]; /* sent only as far as it is filled, without a NUL */
};
#define REPORT_HEAD 48

#endif
