#ifndef INIT_MONITOR_H
#define INIT_MONITOR_H

#include "spawner.h"

#include "monitor-protocol.h"

enum { MAX_CLIENTS = 64, MAX_ATTACHED = 64, MAX_LAUNCHES = 256, CHUNK = 32768 };

/* What ppoll(2) waits for. */
enum source { FROM_LISTENER, FROM_LAUNCHES, FROM_CHILDREN, FROM_CLIENT, FROM_OUTPUT, FROM_ATTACHED, TO_STDIN };
void poll_add(int fd, short events, enum source source, uint32_t index);

/* monitor_record.c */
extern struct record record;
int record_open(int directory);
void record_write(bool durable);
/* The container's first process has ended, is not reaped yet: writes how. */
void record_exit(int oom_fd);
/* The same when it was reaped before its pid was known. */
void record_report(const struct report *report, int oom_fd);

/* monitor_log.c: the position where the next record goes */
extern uint32_t log_number;
extern uint64_t log_size;
extern bool log_wanted;
void log_open(int directory, uint32_t number, uint32_t files, uint64_t size);
/* The data lie at log_data(). `at` is where the record begins; false: it was dropped, and the next begins there. */
bool log_append(uint8_t stream, uint32_t size, uint64_t *at);
char *log_data(void);
void log_end(void);

/* monitor_streams.c */
extern int stdin_fd;
extern bool has_terminal;
void streams_open(const int *fds, bool terminal);
void stream_terminal(int master);
/* Something has happened at the terminal that nobody had open. */
void terminal_woken(uint32_t events);
bool streams_ended(void);
void streams_poll(void);
void output_ready(uint32_t stream);
void attached_ready(uint32_t index);
void stdin_ready(void);
void streams_drain(void);
int attach(int client, uint32_t id, uint32_t flags, const int *fds, uint32_t count);
void detach(int client, uint32_t id);
void detach_client(int client);
int stream_resize(uint32_t size);

/* monitor_clients.c */
extern int listener;
extern bool starter_detached;
/* Keeps the directory. */
int listener_open(int directory);
void listener_close(void);
void clients_poll(void);
void listener_ready(void);
void client_add(int fd, bool starter);
void client_ready(uint32_t index);
void clients_tell(struct report *report);

/* monitor.c */
extern struct slot *container;
extern bool begun, starting, ended, failed;
int monitor_configure(const struct monitor_config *config, const int *fds, uint32_t count);
void monitor_watch_terminal(int master);
void monitor_abort(void);
void monitor_oom(int fd);
void monitor_failed(int op, int error);

#endif
