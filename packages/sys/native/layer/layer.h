#ifndef COFFERDAM_LAYER_H
#define COFFERDAM_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Descriptors that the parent hands over: its messages, ours, the blob; ROOT_FD only where its options say so. */
#define CONTROL_FD 0
#define REPLY_FD 1
#define BLOB_FD 3
#define ROOT_FD 4

/* Why an unpack ended; the numbers are part of the protocol. */
enum reason {
    REASON_READ = 1,
    REASON_COMPRESSION,
    REASON_TRUNCATED,
    REASON_HEADER,
    REASON_ENTRY,
    REASON_LIMIT,
    REASON_IO,
    REASON_ABORTED,
    REASON_PROTOCOL,
    REASON_MEMORY,
};

struct limits {
    uint64_t bytes;
    uint64_t entries;
    uint32_t ratio;
};

struct totals {
    uint64_t blob;
    uint64_t tar;
    uint64_t entries;
    uint64_t bytes;
    uint64_t skipped_xattrs;
    uint64_t root_entry;
    uint8_t blob_digest[32];
    uint8_t tar_digest[32];
};

/* report.c. fail() keeps the first failure and makes both threads stop; it always returns -1. */
int fail(enum reason reason, int error, const char *name, const char *what);
bool failed(void);
int report_implied(const char *path);
int report_end(const struct totals *totals);

/* confine.c: from here on, for all threads, only the calls of an unpack; -errno */
int confine(void);

/* sha256.c */
struct sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
};
void sha256_init(struct sha256 *hash);
void sha256_update(struct sha256 *hash, const void *data, size_t length);
void sha256_final(struct sha256 *hash, uint8_t digest[32]);

/* ring.c: slots of tar bytes on their way from the inflating thread to the unpacking one. */
#define SLOT_SIZE (1u << 20)
struct slot {
    size_t length;
    uint8_t *data;
};
int ring_init(void);
struct slot *ring_fill(void); /* the next empty slot, NULL after a failure */
void ring_push(void);         /* the slot of ring_fill is full */
void ring_end(void);          /* nothing follows */
struct slot *ring_take(void); /* the next full slot, NULL at the end or after a failure */
void ring_release(void);      /* the slot of ring_take is used up */
void ring_wake(void);

/* source.c: the growing blob file, as its lengths are announced over the socket. */
int source_start(struct limits *limits, uint32_t *flags);
long source_read(void *buffer, size_t size); /* bytes, 0 at the end, -1 */

/* inflate.c: the first thread. */
struct inflate_job {
    struct totals *totals;
    uint32_t ratio;
};
void *inflate_main(void *job);

/* stream.c: tar bytes as the second thread reads them. */
int stream_read(void *data, size_t size);             /* 1, 0 at the end (nothing read), -1 */
long stream_peek(const uint8_t **data, size_t most);  /* bytes at *data, used up by this call; 0 at the end, -1 */
int stream_skip(uint64_t size);
int stream_skip_padding(uint64_t size); /* after content of that size */
int stream_finish(struct totals *totals);

/* tar.c */
#define MAX_XATTRS 64
struct xattr {
    const char *name;
    const char *value;
    size_t length;
};
struct entry {
    char type;
    char path[4096];
    char link[4096];
    uint64_t size;
    uint64_t mode;
    uint64_t uid;
    uint64_t gid;
    uint64_t major;
    uint64_t minor;
    struct timespec mtime;
    struct xattr xattrs[MAX_XATTRS];
    unsigned n_xattrs;
};
int tar_next(struct entry *entry); /* 1, 0 at the end of the archive, -1 */

/* apply.c */
int apply_entry(struct entry *entry, struct totals *totals, const struct limits *limits);

/* whiteout.c */
#define WHITEOUT_PREFIX ".wh."
int whiteout_apply(const char *path, int parent, const char *base);
int mark_opaque(int parent, const char *name);
bool is_whiteout(int parent, const char *name);

/* tree.c: places in the layer's directory. Paths are cleaned, relative, and resolved inside the root. */
int tree_open(int root);
int tree_parent(const char *path, const char **base); /* descriptor of the directory that holds path, kept by tree.c; -errno */
int tree_open_directory(const char *path);            /* O_PATH descriptor to be closed; -errno */
bool tree_hidden(const char *path);                   /* a link or file of the layer stands in the way to path */
int tree_clear(int parent, const char *name);         /* removes what is there, trees too; -errno */
bool tree_clean(char *path);                          /* lexically, in place; false if it had to be clamped to the root */

/* dirs.c: what is known of directories only when every entry is done. */
void dirs_open(struct totals *totals, const struct limits *limits);
int dirs_defer(const char *path, struct timespec mtime);
int dirs_finish(void);
int implied_add(const char *path); /* it has been made: it counts as an entry; -1 */
void implied_remove(const char *path);

#endif
