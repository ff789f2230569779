#ifndef COFFERDAM_LANE_H
#define COFFERDAM_LANE_H

#include "addon.h"

/*
 * A lane is a native thread with a first-in, first-out queue: what may wait in the kernel runs there, never on
 * JavaScript's thread. JavaScript opens a lane (laneOpen) and passes it to the calls that take one.
 */
struct lane;

/* A call on its way; embed it as the first member of the call's own struct, allocated by calloc. */
struct job {
    struct job *next;
    /* On the lane's thread: no Node-API. Leaves its outcome in the struct. */
    void (*run)(struct job *job);
    /* On JavaScript's thread: the value the promise resolves with (NULL: undefined). Optional. */
    napi_value (*value)(napi_env env, struct job *job);
    /* Frees what the struct owns and the struct; free() when NULL. Called once, also if the environment ends. */
    void (*drop)(struct job *job);
    napi_deferred deferred;
};

/* The lane in a JavaScript argument, or NULL. */
struct lane *lane_from(napi_env env, napi_value value);

/* Queues the job and returns its promise; takes the job over. A closed lane drops it and resolves with -EBADF. */
napi_value lane_submit(napi_env env, struct lane *lane, struct job *job);

/* A small integer outcome, for jobs whose value is -errno or a number. */
struct int_job {
    struct job job;
    int result;
};
napi_value int_job_value(napi_env env, struct job *job);

#endif
