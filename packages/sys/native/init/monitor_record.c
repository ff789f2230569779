/* How the container ended, on disk before anyone hears of it. */
#include "monitor.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

_Static_assert(sizeof(struct record) == RECORD_SIZE, "record");

struct record record = {.magic = RECORD_MAGIC, .abi = MONITOR_ABI, .phase = PHASE_STARTING};
static int record_fd = -1;

static uint64_t checksum(const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    uint64_t hash = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * 0x100000001b3ULL;
    return hash;
}

/* A disk that fills up later has room for the record: it is written in place. */
void record_write(bool durable)
{
    record.checksum = checksum(&record, offsetof(struct record, checksum));
    sys_4(SYS_pwrite64, record_fd, &record, sizeof record, 0);
    if (durable)
        sys_1(SYS_fdatasync, record_fd);
}

int record_open(int directory)
{
    record_fd = sys_openat(directory, MONITOR_RECORD, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (record_fd < 0)
        return record_fd;
    int result = (int)sys_2(SYS_flock, record_fd, LOCK_EX);
    record.monitor = (int)sys_0(SYS_getpid);
    record_write(false);
    return result;
}

/* The value of the line "oom_kill N", of memory.events and of memory.oom_control alike. */
static bool read_oom_kills(int fd, uint64_t *kills)
{
    static const char name[] = "oom_kill ";
    char text[512];
    long size = fd < 0 ? 0 : sys_4(SYS_pread64, fd, text, sizeof text, 0);
    for (long i = 0; i < size; i++) {
        if (i > 0 && text[i - 1] != '\n')
            continue;
        long at = 0;
        while (name[at] != '\0' && i + at < size && text[i + at] == name[at])
            at++;
        if (name[at] != '\0')
            continue;
        *kills = 0;
        for (long digit = i + at; digit < size && text[digit] >= '0' && text[digit] <= '9'; digit++)
            *kills = *kills * 10 + (uint64_t)(text[digit] - '0');
        return true;
    }
    return false;
}

static void write_exit(const struct rusage *usage, int oom_fd)
{
    record.phase = PHASE_EXITED;
    record.ended_ns = now_ns(0);
    record.max_rss_kib = (uint64_t)usage->ru_maxrss;
    record.user_us = (uint64_t)usage->ru_utime.tv_sec * 1000000 + (uint64_t)usage->ru_utime.tv_usec;
    record.system_us = (uint64_t)usage->ru_stime.tv_sec * 1000000 + (uint64_t)usage->ru_stime.tv_usec;
    if (read_oom_kills(oom_fd, &record.oom_kills))
        record.flags |= RECORD_OOM_KNOWN;
    record_write(true);
}

void record_exit(int oom_fd)
{
    siginfo_t info = {0};
    struct rusage usage = {0};
    if (container == NULL || container->pid <= 0 || record.phase == PHASE_EXITED)
        return;
    /* The system call, unlike waitid(3), gives the resource usage too. */
    long result = sys_5(SYS_waitid, P_PID, container->pid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL, &usage);
    if (result < 0 || info.si_pid != container->pid)
        return;
    record.status = info.si_code == CLD_EXITED  ? (info.si_status & 0xff) << 8
                    : info.si_code == CLD_DUMPED ? (info.si_status & 0x7f) | 0x80
                                                 : info.si_status & 0x7f;
    write_exit(&usage, oom_fd);
}

void record_report(const struct report *report, int oom_fd)
{
    struct rusage usage = {0};
    if (record.phase == PHASE_EXITED)
        return;
    record.status = (int32_t)report->value;
    usage.ru_maxrss = report->max_rss_kib;
    usage.ru_utime.tv_usec = (long)report->user_us;
    usage.ru_stime.tv_usec = (long)report->system_us;
    write_exit(&usage, oom_fd);
}
