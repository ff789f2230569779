#ifndef COFFERDAM_MONITOR_H
#define COFFERDAM_MONITOR_H

/*
 * The protocol of a monitor, spoken over its starter's socketpair and over the socket in its directory, both
 * SOCK_SEQPACKET: struct request to the monitor and struct report from it, as between Node and a spawner (plan.h), so
 * that a launch through a monitor is the same as one through a spawner; and the messages and files below.
 * Everything is little-endian. Change anything here and MONITOR_ABI counts up.
 */
#include "plan.h"

#define MONITOR_ABI 1

/* Files in a monitor's directory. */
#define MONITOR_SOCKET "monitor.sock"
#define MONITOR_RECORD "record"

enum monitor_request {
    Q_MONITOR = 16, /* the starter's first: struct monitor_config, with its descriptors; answered by R_HELLO or R_DONE */
    Q_HELLO,        /* every other client's first; value: MONITOR_ABI; answered by R_HELLO */
    Q_DETACH,       /* the starter's: from now on its end is not the container's */
    Q_HOLD,         /* the starter's: descriptors to keep open as long as the container lives */
    Q_OOM,          /* the starter's: memory.events or memory.oom_control of the container's cgroup */
    Q_ATTACH,       /* value: enum attach_flags; the descriptors they name, in this order; answered by R_DONE */
    Q_UNATTACH,     /* id of Q_ATTACH */
    Q_RESIZE,       /* value: columns | rows << 16; answered by R_DONE */
    Q_SIGNAL,       /* value: signal, to the container's first process; answered by R_DONE */
};

enum monitor_report {
    R_HELLO = 16, /* struct hello in the fields, see below */
    R_DONE,       /* id of the request; error: errno or 0; of Q_ATTACH: value: file, user_us: offset in the log */
    R_ENDED,      /* the container's first process has ended and this is on disk; value: wait status; final: oom */
    R_LAGGED,     /* id of Q_ATTACH, which is over: its reader was too slow. value: file and user_us: offset of the
                     record it missed first, system_us: bytes of that it has got */
};
/*
 * R_HELLO: pid of the container's first process or 0, op: pid of the monitor, value: MONITOR_ABI, final: enum phase,
 * error: enum hello_flags, value of the end in max_rss_kib, user_us: log file, system_us: its size.
 */
enum hello_flags { HELLO_TTY = 1, HELLO_STDIN = 2, HELLO_LOG = 4 };

enum attach_flags {
    ATTACH_STDIN = 1,  /* the read end of a pipe */
    ATTACH_STDOUT = 2, /* the write end of a pipe; of a terminal too */
    ATTACH_STDERR = 4,
    ATTACH_CLOSE = 8, /* the end of its stdin is the end of the container's */
};

/* Indexes of descriptors sent along, -1: none. */
struct monitor_config {
    uint32_t abi, log_number; /* number of the next log file */
    int32_t directory, log_directory;
    int32_t standard[3]; /* the write end of stdin, the read ends of stdout and stderr; none with a terminal */
    uint32_t log_files;
    uint32_t flags, reserved;
    uint64_t log_size;
};
enum config_flags { CONFIG_TERMINAL = 1 }; /* the launch will open a pseudo-terminal */

enum phase { PHASE_STARTING = 1, PHASE_RUNNING, PHASE_EXITED, PHASE_FAILED };
enum record_flags { RECORD_OOM_KNOWN = 1 };

#define RECORD_MAGIC 0x58454643u /* "CFEX" */
#define RECORD_SIZE 128

/* MONITOR_RECORD: one write at offset 0; while the monitor lives it holds flock(2) on the file. */
struct record {
    uint32_t magic, abi, phase, flags;
    int32_t monitor, pid;
    int32_t status;    /* PHASE_EXITED: wait status */
    int32_t op, error; /* PHASE_FAILED: as of R_FAILED */
    uint32_t reserved;
    uint64_t started_ns, ended_ns; /* since the epoch */
    uint64_t oom_kills;
    uint64_t max_rss_kib, user_us, system_us;
    uint64_t spare[4];
    uint64_t checksum; /* FNV-1a, 64 bits, of all before */
};

#endif
