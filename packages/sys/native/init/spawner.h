#ifndef INIT_SPAWNER_H
#define INIT_SPAWNER_H

#include "init.h"

#define MAX_SLOTS 8192u
enum { WATCH_NODE = MAX_SLOTS, WATCH_CHILDREN };

/* One launch or running process. id 0: free. */
struct slot {
    uint32_t id, flags;
    int pid;    /* the process, 0 as long as a helper has not told */
    int helper; /* keeper or intermediate, 0 when there is none (any more) */
    int status; /* socket of the launch, -1 once it is over */
    int pidfd;  /* until Node has it */
    bool failed, killed, exited, told;
    int exit_status;
    struct rusage usage;
};
extern struct slot slots[MAX_SLOTS];
extern uint32_t slots_used;

/* slots.c */
void slot_cloned(struct slot *slot);
void slot_read(struct slot *slot, const volatile int32_t *progress);
void slot_kill(struct slot *slot);
void slots_reap(const volatile int32_t *progress);

#endif
