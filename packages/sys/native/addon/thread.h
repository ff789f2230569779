#ifndef COFFERDAM_THREAD_H
#define COFFERDAM_THREAD_H

#include <pthread.h>

/* Starts a thread that gets no signals: those of the process are for Node's own threads. 0 or -errno. */
int thread_start(pthread_t *thread, void *(*run)(void *), void *data);

#endif
