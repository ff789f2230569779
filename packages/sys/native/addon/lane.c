#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "args.h"
#include "lane.h"
#include "thread.h"

struct lane {
    napi_env env;
    napi_threadsafe_function report;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job *todo, **todo_end;
    struct job *done, **done_end;
    unsigned pending; /* this and the next two: JavaScript's thread only */
    unsigned owners;  /* the external and the threadsafe function */
    bool joined;
    bool closing;
};

static const napi_type_tag lane_tag = {0x7f1f4a5ec0ffe001ULL, 0x9b7a3d11c0feda01ULL};

static void drop(struct job *job)
{
    if (job->drop != NULL)
        job->drop(job);
    else
        free(job);
}

static void *serve(void *data)
{
    struct lane *lane = data;
    pthread_mutex_lock(&lane->lock);
    for (;;) {
        while (lane->todo == NULL && !lane->closing)
            pthread_cond_wait(&lane->wake, &lane->lock);
        if (lane->closing)
            break;
        struct job *job = lane->todo;
        lane->todo = job->next;
        if (lane->todo == NULL)
            lane->todo_end = &lane->todo;
        pthread_mutex_unlock(&lane->lock);
        job->run(job);
        pthread_mutex_lock(&lane->lock);
        bool first = lane->done == NULL;
        job->next = NULL;
        *lane->done_end = job;
        lane->done_end = &job->next;
        if (first) {
            pthread_mutex_unlock(&lane->lock);
            napi_call_threadsafe_function(lane->report, NULL, napi_tsfn_nonblocking);
            pthread_mutex_lock(&lane->lock);
        }
    }
    pthread_mutex_unlock(&lane->lock);
    napi_release_threadsafe_function(lane->report, napi_tsfn_release);
    return NULL;
}

static void settle(napi_env env, napi_value callback, void *context, void *data)
{
    (void)callback;
    (void)data;
    struct lane *lane = context;
    pthread_mutex_lock(&lane->lock);
    struct job *job = lane->done;
    lane->done = NULL;
    lane->done_end = &lane->done;
    pthread_mutex_unlock(&lane->lock);
    while (job != NULL) {
        struct job *next = job->next;
        if (env != NULL) {
            napi_value value = job->value == NULL ? NULL : job->value(env, job);
            if (value == NULL)
                napi_get_undefined(env, &value);
            napi_resolve_deferred(env, job->deferred, value);
            if (--lane->pending == 0)
                napi_unref_threadsafe_function(env, lane->report);
        }
        drop(job);
        job = next;
    }
}

static void drop_all(struct job *job)
{
    while (job != NULL) {
        struct job *next = job->next;
        drop(job);
        job = next;
    }
}

/* Waits for the job that runs; those still queued are dropped unrun. */
static void stop(struct lane *lane)
{
    if (lane->joined)
        return;
    lane->joined = true;
    pthread_mutex_lock(&lane->lock);
    lane->closing = true;
    pthread_cond_signal(&lane->wake);
    pthread_mutex_unlock(&lane->lock);
    pthread_join(lane->thread, NULL);
}

static void on_environment_end(void *data)
{
    stop(data);
}

static void disown(struct lane *lane)
{
    if (--lane->owners != 0)
        return;
    drop_all(lane->todo);
    drop_all(lane->done);
    pthread_mutex_destroy(&lane->lock);
    pthread_cond_destroy(&lane->wake);
    free(lane);
}

static void on_report_end(napi_env env, void *data, void *hint)
{
    (void)env;
    (void)hint;
    disown(data);
}

static void finalize(napi_env env, void *data, void *hint)
{
    (void)hint;
    struct lane *lane = data;
    if (!lane->joined)
        napi_remove_env_cleanup_hook(env, on_environment_end, lane);
    stop(lane);
    disown(lane);
}

static napi_value lane_open(napi_env env, napi_callback_info info)
{
    (void)info;
    napi_value name, external;
    struct lane *lane = calloc(1, sizeof *lane);
    if (lane == NULL)
        return arg_int(env, -ENOMEM);
    lane->env = env;
    lane->todo_end = &lane->todo;
    lane->done_end = &lane->done;
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->wake, NULL);
    napi_create_string_utf8(env, "cofferdam lane", NAPI_AUTO_LENGTH, &name);
    if (napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, lane, on_report_end, lane, settle, &lane->report) !=
        napi_ok) {
        free(lane);
        return arg_int(env, -ENOMEM);
    }
    lane->owners = 1;
    napi_unref_threadsafe_function(env, lane->report);
    int error = thread_start(&lane->thread, serve, lane);
    if (error != 0) {
        lane->joined = true;
        napi_release_threadsafe_function(lane->report, napi_tsfn_abort);
        return arg_int(env, error);
    }
    lane->owners = 2;
    napi_add_env_cleanup_hook(env, on_environment_end, lane);
    napi_create_external(env, lane, finalize, NULL, &external);
    napi_type_tag_object(env, external, &lane_tag);
    return external;
}

/*
 * laneClose(lane): idempotent; waits for the job that runs, so close a lane whose job may wait long only when idle.
 * Jobs that were not begun resolve with -ECANCELED.
 */
static napi_value lane_close(napi_env env, napi_callback_info info)
{
    napi_value argv[1];
    struct lane *lane = arg_get(env, info, 1, argv) ? lane_from(env, argv[0]) : NULL;
    if (lane == NULL)
        return arg_int(env, -EINVAL);
    if (!lane->joined)
        napi_remove_env_cleanup_hook(env, on_environment_end, lane);
    stop(lane);
    struct job *job = lane->todo;
    lane->todo = NULL;
    lane->todo_end = &lane->todo;
    while (job != NULL) {
        struct job *next = job->next;
        napi_resolve_deferred(env, job->deferred, arg_int(env, -ECANCELED));
        lane->pending--;
        drop(job);
        job = next;
    }
    if (lane->pending == 0)
        napi_unref_threadsafe_function(env, lane->report);
    return arg_int(env, 0);
}

struct lane *lane_from(napi_env env, napi_value value)
{
    bool ours = false;
    void *lane = NULL;
    napi_valuetype type;
    if (napi_typeof(env, value, &type) != napi_ok || type != napi_external)
        return NULL;
    if (napi_check_object_type_tag(env, value, &lane_tag, &ours) != napi_ok || !ours)
        return NULL;
    napi_get_value_external(env, value, &lane);
    return lane;
}

napi_value lane_submit(napi_env env, struct lane *lane, struct job *job)
{
    napi_value promise;
    napi_create_promise(env, &job->deferred, &promise);
    if (lane->closing) {
        napi_resolve_deferred(env, job->deferred, arg_int(env, -EBADF));
        drop(job);
        return promise;
    }
    if (lane->pending++ == 0)
        napi_ref_threadsafe_function(env, lane->report);
    pthread_mutex_lock(&lane->lock);
    job->next = NULL;
    *lane->todo_end = job;
    lane->todo_end = &job->next;
    pthread_cond_signal(&lane->wake);
    pthread_mutex_unlock(&lane->lock);
    return promise;
}

napi_value int_job_value(napi_env env, struct job *job)
{
    return arg_int(env, ((struct int_job *)job)->result);
}

const struct export lane_exports[] = {
    {"laneOpen", lane_open},
    {"laneClose", lane_close},
    {NULL, NULL},
};
