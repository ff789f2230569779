#ifndef INIT_SPAWNER_H
#define INIT_SPAWNER_H

#include "init.h"

#define MAX_SLOTS 8192u
enum { WATCH_NODE = MAX_SLOTS, WATCH_CHILDREN, WATCH_TERMINAL };

/* One launch or running process. id 0: free. */
struct slot {
    uint32_t id, flags;
    int pid;    /* the process, 0 as long as a helper has not told */
    int to;     /* socket of the client that hears of it; -1: nobody */
    int helper; /* keeper or intermediate, 0 when there is none (any more) */
    int status; /* socket of the launch, -1 once it is over */
    int pidfd;  /* until Node has it */
    bool failed, killed, exited, told;
    int exit_status;
    struct rusage usage;
};
extern struct slot slots[MAX_SLOTS];
extern uint32_t slots_used, launches_max;
/* A monitor's: flags of plans for another parent are replaced. */
extern bool launches_owned;
/* Sees a report before the client; true: it has taken the descriptor. */
extern bool (*slot_observer)(struct slot *slot, const struct report *report, int fd);

/* The request that is being served, with a plan or other payload. */
extern struct message {
    struct request head;
    char payload[PLAN_INLINE_MAX];
} message __attribute__((aligned(4096)));
/* Receives one; the descriptors lie in a static buffer. */
long message_receive(int socket, int **fds, uint32_t *count);
/* Serves those that concern launches; false: it is another. */
bool message_launch(int to, long size, int *fds, uint32_t count);

/* launches.c */
int launches_open(void);
void launches_watch(int fd, uint64_t data);
void launches_unwatch(int fd);
void launches_forget(void);
void launch_event(uint64_t index);
int launches_reap(void);
struct slot *launch_start(int to, uint32_t size, int *fds, uint32_t count, bool in_memfd);
void launch_refuse(int to, uint32_t id, int error, const char *detail);
struct slot *launch_find(int to, uint32_t id);

/* slots.c */
void slot_cloned(struct slot *slot);
void slot_read(struct slot *slot, const volatile int32_t *progress);
void slot_kill(struct slot *slot);
/* Result of the last wait4(2): 0, or -ECHILD when no child is left. */
int slots_reap(const volatile int32_t *progress);

#endif
