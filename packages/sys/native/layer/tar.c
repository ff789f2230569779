#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"

#define MAX_PAX (1u << 20)

/* POSIX.1-1988 ustar header; GNU and PAX archives use the same places. */
struct header {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[8];
    char user[32];
    char group[32];
    char major[8];
    char minor[8];
    char prefix[155];
    char pad[12];
};

/* Records of a PAX header, which count for the one entry that follows. */
static char pax[MAX_PAX + 1];
static size_t pax_length;

static int bad(const char *what)
{
    return fail(REASON_HEADER, 0, NULL, what);
}

/* Octal digits, or base 256 with the top bit of the first byte set (GNU). */
static int number(const char *field, size_t size, uint64_t *value)
{
    const uint8_t *bytes = (const uint8_t *)field;
    uint64_t result = 0;
    if (bytes[0] & 0x80) {
        if (bytes[0] & 0x40)
            return -1;
        for (size_t i = 0; i < size; i++) {
            uint8_t byte = i == 0 ? bytes[i] & 0x7f : bytes[i];
            if (result >> 55)
                return -1;
            result = result << 8 | byte;
        }
        *value = result;
        return 0;
    }
    size_t i = 0;
    while (i < size && field[i] == ' ')
        i++;
    for (; i < size && field[i] != '\0' && field[i] != ' '; i++) {
        if (field[i] < '0' || field[i] > '7' || result >> 60)
            return -1;
        result = result << 3 | (uint64_t)(field[i] - '0');
    }
    *value = result;
    return 0;
}

static bool checksum_ok(const struct header *header)
{
    const uint8_t *bytes = (const uint8_t *)header;
    uint64_t stored, unsigned_sum = 0;
    int64_t signed_sum = 0;
    for (size_t i = 0; i < 512; i++) {
        bool inside = i >= offsetof(struct header, checksum) && i < offsetof(struct header, type);
        unsigned_sum += inside ? ' ' : bytes[i];
        signed_sum += inside ? ' ' : (int8_t)bytes[i];
    }
    return number(header->checksum, sizeof header->checksum, &stored) == 0 &&
           (stored == unsigned_sum || (int64_t)stored == signed_sum);
}

static bool is_zero(const struct header *header)
{
    const char *bytes = (const char *)header;
    for (size_t i = 0; i < 512; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static int set_text(char *target, const char *text, size_t length)
{
    if (length >= 4096)
        return bad("a name is longer than 4095 bytes");
    if (memchr(text, '\0', length) != NULL)
        return bad("a name holds a NUL");
    memcpy(target, text, length);
    target[length] = '\0';
    return 0;
}

/* A GNU long name or a PAX block: the content of an entry that describes the next one. */
static int read_meta(uint64_t size, char *buffer, size_t most)
{
    if (size > most)
        return bad("an extended header is too long");
    if (size > 0 && stream_read(buffer, size) <= 0)
        return failed() ? -1 : fail(REASON_TRUNCATED, 0, NULL, "the archive ends inside an extended header");
    buffer[size] = '\0';
    return stream_skip(-size & 511);
}

static int decimal(const char *text, size_t length, uint64_t *value)
{
    *value = 0;
    if (length == 0 || length > 19)
        return bad("not a number in an extended header");
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return bad("not a number in an extended header");
        *value = *value * 10 + (uint64_t)(text[i] - '0');
    }
    return 0;
}

/* Seconds with a sign and a fraction. */
static int pax_time(const char *text, size_t length, struct timespec *time)
{
    bool negative = length > 0 && text[0] == '-';
    text += negative;
    length -= negative;
    const char *dot = memchr(text, '.', length);
    size_t whole = dot != NULL ? (size_t)(dot - text) : length;
    uint64_t seconds;
    time->tv_sec = time->tv_nsec = 0;
    if (decimal(text, whole, &seconds) < 0)
        return -1;
    time->tv_sec = seconds > INT64_MAX / 2 ? INT64_MAX / 2 : (time_t)seconds;
    long scale = 100000000;
    for (size_t i = whole + 1; i < length && scale > 0; i++, scale /= 10) {
        if (text[i] < '0' || text[i] > '9')
            return bad("not a time in an extended header");
        time->tv_nsec += (text[i] - '0') * scale;
    }
    if (negative) {
        time->tv_sec = -time->tv_sec - (time->tv_nsec > 0);
        time->tv_nsec = time->tv_nsec > 0 ? 1000000000 - time->tv_nsec : 0;
    }
    return 0;
}

/* Times before 1970 are base 256 with a sign, in two's complement (GNU tar, star). */
static int64_t header_time(const char *field, size_t size)
{
    uint64_t value;
    if ((uint8_t)field[0] == 0xff) {
        value = UINT64_MAX;
        for (size_t i = size - sizeof value; i < size; i++)
            value = value << 8 | (uint8_t)field[i];
        return (int64_t)value > INT64_MIN / 2 ? (int64_t)value : INT64_MIN / 2;
    }
    return number(field, size, &value) < 0 || value > INT64_MAX / 2 ? 0 : (int64_t)value;
}

static bool is(const char *key, const char *name)
{
    return strcmp(key, name) == 0;
}

static int pax_record(struct entry *entry, char *key, char *value, size_t length)
{
    static const char xattr_prefix[] = "SCHILY.xattr.";
    if (is(key, "path"))
        return set_text(entry->path, value, length);
    if (is(key, "linkpath"))
        return set_text(entry->link, value, length);
    if (is(key, "size"))
        return decimal(value, length, &entry->size);
    if (is(key, "uid"))
        return decimal(value, length, &entry->uid);
    if (is(key, "gid"))
        return decimal(value, length, &entry->gid);
    if (is(key, "SCHILY.devmajor"))
        return decimal(value, length, &entry->major);
    if (is(key, "SCHILY.devminor"))
        return decimal(value, length, &entry->minor);
    if (is(key, "mtime"))
        return pax_time(value, length, &entry->mtime);
    if (strncmp(key, "GNU.sparse.", 11) == 0)
        return fail(REASON_ENTRY, 0, entry->path, "sparse files are not supported");
    if (strncmp(key, xattr_prefix, sizeof xattr_prefix - 1) == 0) {
        if (entry->n_xattrs == MAX_XATTRS)
            return fail(REASON_LIMIT, 0, entry->path, "too many extended attributes");
        entry->xattrs[entry->n_xattrs++] = (struct xattr){key + sizeof xattr_prefix - 1, value, length};
    }
    return 0;
}

/* "LENGTH KEY=VALUE\n" each, LENGTH counting the whole record (POSIX.1-2001, pax). */
static int apply_pax(struct entry *entry)
{
    for (size_t at = 0; at < pax_length;) {
        size_t digits = 0, length = 0;
        while (at + digits < pax_length && digits < 8 && pax[at + digits] >= '0' && pax[at + digits] <= '9')
            length = length * 10 + (size_t)(pax[at + digits++] - '0');
        if (digits == 0 || pax[at + digits] != ' ' || length > pax_length - at || length < digits + 3 || pax[at + length - 1] != '\n')
            return bad("a damaged extended header");
        char *key = pax + at + digits + 1;
        char *end = pax + at + length - 1;
        char *equals = memchr(key, '=', (size_t)(end - key));
        if (equals == NULL || memchr(key, '\0', (size_t)(equals - key)) != NULL)
            return bad("a damaged extended header");
        *equals = *end = '\0';
        if (pax_record(entry, key, equals + 1, (size_t)(end - equals - 1)) < 0)
            return -1;
        at += length;
    }
    return 0;
}

static int parse(const struct header *header, struct entry *entry)
{
    if (number(header->mode, sizeof header->mode, &entry->mode) < 0 || number(header->uid, sizeof header->uid, &entry->uid) < 0 ||
        number(header->gid, sizeof header->gid, &entry->gid) < 0 || number(header->size, sizeof header->size, &entry->size) < 0)
        return bad("not a number in a header");
    entry->mtime = (struct timespec){.tv_sec = (time_t)header_time(header->mtime, sizeof header->mtime)};
    entry->major = entry->minor = 0;
    entry->n_xattrs = 0;
    bool device = header->type == '3' || header->type == '4';
    if (device && (number(header->major, sizeof header->major, &entry->major) < 0 || number(header->minor, sizeof header->minor, &entry->minor) < 0))
        return bad("not a device number in a header");
    return 0;
}

static int names(const struct header *header, struct entry *entry)
{
    size_t prefix = memcmp(header->magic, "ustar\0", 6) == 0 ? strnlen(header->prefix, sizeof header->prefix) : 0;
    size_t name = strnlen(header->name, sizeof header->name);
    size_t at = 0;
    if (prefix > 0) {
        memcpy(entry->path, header->prefix, prefix);
        entry->path[prefix] = '/';
        at = prefix + 1;
    }
    memcpy(entry->path + at, header->name, name);
    entry->path[at + name] = '\0';
    size_t link = strnlen(header->link, sizeof header->link);
    memcpy(entry->link, header->link, link);
    entry->link[link] = '\0';
    return 0;
}

int tar_next(struct entry *entry)
{
    static char long_name[4097], long_link[4097];
    bool has_name = false, has_link = false;
    pax_length = 0;
    for (;;) {
        struct header header;
        int more = stream_read(&header, sizeof header);
        if (more <= 0)
            return more;
        if (is_zero(&header))
            return 0;
        if (!checksum_ok(&header))
            return bad("a header's checksum is wrong: not a tar archive, or a damaged one");
        if (parse(&header, entry) < 0)
            return -1;
        switch (header.type) {
        case 'x':
            if (read_meta(entry->size, pax, MAX_PAX) < 0)
                return -1;
            pax_length = entry->size;
            continue;
        case 'g':
            if (entry->size > MAX_PAX)
                return bad("an extended header is too long");
            if (stream_skip((entry->size + 511) & ~511ULL) < 0)
                return -1;
            continue;
        case 'L':
            if (read_meta(entry->size, long_name, 4096) < 0)
                return -1;
            has_name = true;
            continue;
        case 'K':
            if (read_meta(entry->size, long_link, 4096) < 0)
                return -1;
            has_link = true;
            continue;
        }
        names(&header, entry);
        if (has_name && set_text(entry->path, long_name, strlen(long_name)) < 0)
            return -1;
        if (has_link && set_text(entry->link, long_link, strlen(long_link)) < 0)
            return -1;
        if (apply_pax(entry) < 0)
            return -1;
        size_t length = strlen(entry->path);
        entry->type = header.type == '\0' || header.type == '7' ? '0' : header.type;
        if (entry->type == '0' && length > 0 && entry->path[length - 1] == '/')
            entry->type = '5';
        if (entry->type != '0')
            entry->size = 0;
        if (strchr("0123456", entry->type) == NULL)
            return fail(REASON_ENTRY, 0, entry->path, entry->type == 'S' ? "sparse files are not supported" : "an entry of unknown type");
        if (entry->size > INT64_MAX - 511)
            return bad("a negative size");
        return 1;
    }
}
