#ifndef COFFERDAM_ARGS_H
#define COFFERDAM_ARGS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addon.h"

/* Reading arguments: a wrong type is a mistake of our own TypeScript and gives false (the call then -EINVAL). */
/* Fills argv with count values; those not given are undefined. */
bool arg_get(napi_env env, napi_callback_info info, size_t count, napi_value *argv);
bool arg_i32(napi_env env, napi_value value, int32_t *out);
bool arg_u32(napi_env env, napi_value value, uint32_t *out);
bool arg_u64(napi_env env, napi_value value, uint64_t *out); /* a number or a bigint */
bool arg_is_nil(napi_env env, napi_value value);             /* undefined or null */
/* A text of at most size - 1 bytes, without a NUL inside. */
bool arg_text(napi_env env, napi_value value, char *out, size_t size);
/* The bytes of a Uint8Array (or Buffer). */
bool arg_bytes(napi_env env, napi_value value, uint8_t **data, size_t *size);
/* An array of numbers; *count is its length, at most max. */
bool arg_ints(napi_env env, napi_value value, int *out, size_t max, size_t *count);

napi_value arg_int(napi_env env, int64_t value);
napi_value arg_buffer(napi_env env, const void *data, size_t size);

#define ARG_PATH (PATH_MAX)

#endif
