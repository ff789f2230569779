#include <pthread.h>
#include <sys/mman.h>

#include "layer.h"

#define SLOTS 8

static struct slot slots[SLOTS];
static unsigned filled, taken;
static bool ended;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

int ring_init(void)
{
    uint8_t *memory = mmap(NULL, (size_t)SLOTS * SLOT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return -1;
    for (unsigned i = 0; i < SLOTS; i++)
        slots[i].data = memory + (size_t)i * SLOT_SIZE;
    return 0;
}

struct slot *ring_fill(void)
{
    pthread_mutex_lock(&lock);
    while (filled - taken == SLOTS && !failed())
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    if (failed())
        return NULL;
    slots[filled % SLOTS].length = 0;
    return &slots[filled % SLOTS];
}

void ring_push(void)
{
    pthread_mutex_lock(&lock);
    filled++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

void ring_end(void)
{
    pthread_mutex_lock(&lock);
    ended = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

struct slot *ring_take(void)
{
    pthread_mutex_lock(&lock);
    while (filled == taken && !ended && !failed())
        pthread_cond_wait(&changed, &lock);
    struct slot *slot = filled != taken && !failed() ? &slots[taken % SLOTS] : NULL;
    pthread_mutex_unlock(&lock);
    return slot;
}

void ring_release(void)
{
    pthread_mutex_lock(&lock);
    taken++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

void ring_wake(void)
{
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}
