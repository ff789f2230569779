#ifndef COFFERDAM_NETNS_H
#define COFFERDAM_NETNS_H

#include <stdbool.h>
#include <stddef.h>

/* Work for a network namespace: runs on a thread of its own that ends there, so that no thread is left inside. */
struct netns_task {
    int nsfd;  /* where to go; -1: stay in the caller's */
    bool fresh; /* make a new namespace instead */
    void (*run)(struct netns_task *task);
    int error; /* 0 or -errno */
};

/* Runs the task; task->error is set when the thread or the namespace failed. */
void netns_run(struct netns_task *task);

/* A socket in the calling thread's namespace, with the options every netlink socket of ours has. fd or -errno. */
int netns_socket(int family, int type, int protocol);

#endif
