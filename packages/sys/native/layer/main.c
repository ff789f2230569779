#define _GNU_SOURCE
/*
 * layer: one image layer, from the growing file of its blob into a directory. Started confined: the directory is the
 * root, there is no network, few capabilities and a short list of system calls. One pass, two threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layer.h"
#ifdef LAYER_ESCAPE_TEST
void escape_attempts(void); /* test/native/escape.c */
#endif

enum { FLAG_ROOT_FD = 1 };

/* The C library's start of a thread needs calls that are forbidden then. */
static pthread_barrier_t threads_run;

static void *inflate(void *job)
{
    pthread_barrier_wait(&threads_run);
    return inflate_main(job);
}

static int unpack(const struct limits *limits, struct totals *totals)
{
    static struct entry entry;
    int more;
    dirs_open(totals, limits);
    while ((more = tar_next(&entry)) > 0)
        if (apply_entry(&entry, totals, limits) < 0)
            return -1;
    if (more < 0 || stream_finish(totals) < 0)
        return -1;
    return totals->tar < 512 && totals->tar > 0 ? fail(REASON_HEADER, 0, NULL, "not a tar archive") : dirs_finish();
}

int main(void)
{
    struct limits limits = {0};
    struct totals totals = {0};
    uint32_t flags = 0;
    pthread_t thread;
    umask(0);
    signal(SIGPIPE, SIG_IGN);
    if (source_start(&limits, &flags) < 0)
        return report_end(&totals) < 0;
    /* Not open(3): it is another call in musl than in glibc, and the filter has this one. */
    int root = openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (flags & FLAG_ROOT_FD)
        root = ROOT_FD;
    pthread_barrier_init(&threads_run, NULL, 2);
    struct inflate_job job = {&totals, limits.ratio};
    int error;
    if (root < 0)
        fail(REASON_IO, errno, "/", "open the layer's directory");
    else if (tree_open(root) < 0 || ring_init() < 0)
        fail(REASON_MEMORY, ENOMEM, NULL, "get memory");
    else if ((error = pthread_create(&thread, NULL, inflate, &job)) != 0)
        fail(REASON_MEMORY, error, NULL, "start a thread");
    else if (pthread_barrier_wait(&threads_run), (error = confine()) < 0)
        fail(REASON_PROTOCOL, -error, NULL, "give up system calls");
    else {
#ifdef LAYER_ESCAPE_TEST
        escape_attempts();
#endif
        if (unpack(&limits, &totals) == 0)
            pthread_join(thread, NULL);
    }
    /* After a failure the other thread may wait for a length that never comes: it ends with the process. */
    return report_end(&totals) < 0;
}
