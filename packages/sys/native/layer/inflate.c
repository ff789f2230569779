#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "layer.h"

#define INPUT_SIZE (256u << 10)

/* Bytes of the blob not yet decoded, and the hash of all that were read. */
static struct {
    uint8_t data[INPUT_SIZE];
    size_t at, length;
    uint64_t total;
    struct sha256 hash;
} input;

static struct slot *slot;
static uint64_t produced;
static uint32_t max_ratio;

static long refill(void)
{
    long n = source_read(input.data, sizeof input.data);
    if (n > 0) {
        sha256_update(&input.hash, input.data, n);
        input.at = 0;
        input.length = n;
        input.total += n;
    }
    return n;
}

/* Room in the current slot, a new one when it is full. */
static int room(uint8_t **data, size_t *size)
{
    if (slot != NULL && slot->length == SLOT_SIZE) {
        ring_push();
        slot = NULL;
    }
    if (slot == NULL && (slot = ring_fill()) == NULL)
        return -1;
    *data = slot->data + slot->length;
    *size = SLOT_SIZE - slot->length;
    return 0;
}

static int produce(size_t n)
{
    slot->length += n;
    produced += n;
    if (max_ratio > 0 && produced > 64u << 20 && produced / max_ratio > input.total)
        return fail(REASON_LIMIT, 0, NULL, "the layer expands more than the ratio allows");
    return 0;
}

static int copy_plain(void)
{
    for (;;) {
        while (input.at < input.length) {
            uint8_t *out;
            size_t size;
            if (room(&out, &size) < 0)
                return -1;
            if (size > input.length - input.at)
                size = input.length - input.at;
            memcpy(out, input.data + input.at, size);
            input.at += size;
            if (produce(size) < 0)
                return -1;
        }
        long n = refill();
        if (n <= 0)
            return n;
    }
}

/* Members may follow each other (RFC 1952, section 2.2) and zeros may pad the end. */
static int next_member(z_stream *z)
{
    for (;;) {
        if (input.at == input.length) {
            long n = refill();
            if (n <= 0)
                return n;
        }
        if (input.data[input.at] != 0)
            break;
        input.at++;
    }
    if (input.data[input.at] != 0x1f)
        return fail(REASON_COMPRESSION, 0, NULL, "garbage after the gzip stream");
    return inflateReset(z) == Z_OK ? 1 : fail(REASON_COMPRESSION, 0, NULL, "reset zlib");
}

static int inflate_gzip(void)
{
    z_stream z = {0};
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return fail(REASON_MEMORY, 0, NULL, "start zlib");
    int result = -1;
    for (;;) {
        if (input.at == input.length) {
            long n = refill();
            if (n == 0)
                fail(REASON_TRUNCATED, 0, NULL, "the gzip stream ends early");
            if (n <= 0)
                break;
        }
        uint8_t *out;
        size_t size;
        if (room(&out, &size) < 0)
            break;
        z.next_in = input.data + input.at;
        z.avail_in = input.length - input.at;
        z.next_out = out;
        z.avail_out = size;
        int code = inflate(&z, Z_NO_FLUSH);
        input.at = input.length - z.avail_in;
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
            fail(REASON_COMPRESSION, 0, NULL, z.msg != NULL ? z.msg : "not a gzip stream");
            break;
        }
        if (produce(size - z.avail_out) < 0)
            break;
        if (code == Z_STREAM_END) {
            int more = next_member(&z);
            if (more <= 0) {
                result = more;
                break;
            }
        }
    }
    inflateEnd(&z);
    return result;
}

static int inflate_zstd(void)
{
    ZSTD_DStream *z = ZSTD_createDStream();
    if (z == NULL)
        return fail(REASON_MEMORY, 0, NULL, "start zstd");
    size_t hint = 1;
    bool held = false; /* the decoder has output that did not fit */
    int result = -1;
    for (;;) {
        if (input.at == input.length && !held) {
            long n = refill();
            if (n == 0)
                result = hint == 0 ? 0 : fail(REASON_TRUNCATED, 0, NULL, "the zstd stream ends early");
            if (n <= 0)
                break;
        }
        uint8_t *data;
        size_t size;
        if (room(&data, &size) < 0)
            break;
        ZSTD_inBuffer in = {input.data, input.length, input.at};
        ZSTD_outBuffer out = {data, size, 0};
        hint = ZSTD_decompressStream(z, &out, &in);
        input.at = in.pos;
        if (ZSTD_isError(hint)) {
            fail(REASON_COMPRESSION, 0, NULL, ZSTD_getErrorName(hint));
            break;
        }
        held = hint != 0 && out.pos == out.size;
        if (produce(out.pos) < 0)
            break;
    }
    ZSTD_freeDStream(z);
    return result;
}

static int decode(void)
{
    while (input.length < 512 && input.total == input.length) {
        long n = source_read(input.data + input.length, sizeof input.data - input.length);
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        sha256_update(&input.hash, input.data + input.length, n);
        input.length += n;
        input.total += n;
    }
    static const uint8_t gzip[] = {0x1f, 0x8b}, zstd[] = {0x28, 0xb5, 0x2f, 0xfd}, skippable[] = {0x2a, 0x4d, 0x18};
    if (input.length >= 2 && memcmp(input.data, gzip, 2) == 0)
        return inflate_gzip();
    if (input.length >= 4 && (memcmp(input.data, zstd, 4) == 0 || ((input.data[0] & 0xf0) == 0x50 && memcmp(input.data + 1, skippable, 3) == 0)))
        return inflate_zstd();
    return copy_plain();
}

void *inflate_main(void *arg)
{
    const struct inflate_job *job = arg;
    max_ratio = job->ratio;
    sha256_init(&input.hash);
    if (decode() == 0) {
        long n;
        while ((n = refill()) > 0)
            continue;
        if (n == 0) {
            if (slot != NULL && slot->length > 0)
                ring_push();
            sha256_final(&input.hash, job->totals->blob_digest);
            job->totals->blob = input.total;
        }
    }
    ring_end();
    return NULL;
}
