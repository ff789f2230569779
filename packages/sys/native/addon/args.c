#include "args.h"

#include <string.h>

bool arg_get(napi_env env, napi_callback_info info, size_t count, napi_value *argv)
{
    return napi_get_cb_info(env, info, &count, argv, NULL, NULL) == napi_ok;
}

bool arg_i32(napi_env env, napi_value value, int32_t *out)
{
    return napi_get_value_int32(env, value, out) == napi_ok;
}

bool arg_u32(napi_env env, napi_value value, uint32_t *out)
{
    return napi_get_value_uint32(env, value, out) == napi_ok;
}

bool arg_u64(napi_env env, napi_value value, uint64_t *out)
{
    bool lossless;
    int64_t number;
    if (napi_get_value_bigint_uint64(env, value, out, &lossless) == napi_ok)
        return true;
    if (napi_get_value_int64(env, value, &number) != napi_ok)
        return false;
    *out = (uint64_t)number;
    return true;
}

bool arg_is_nil(napi_env env, napi_value value)
{
    napi_valuetype type;
    return napi_typeof(env, value, &type) == napi_ok && (type == napi_undefined || type == napi_null);
}

bool arg_text(napi_env env, napi_value value, char *out, size_t size)
{
    size_t length;
    if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length >= size)
        return false;
    return napi_get_value_string_utf8(env, value, out, size, &length) == napi_ok && strlen(out) == length;
}

bool arg_bytes(napi_env env, napi_value value, uint8_t **data, size_t *size)
{
    napi_typedarray_type type;
    size_t offset;
    napi_value buffer;
    bool typed = false;
    if (napi_is_typedarray(env, value, &typed) != napi_ok || !typed)
        return false;
    return napi_get_typedarray_info(env, value, &type, size, (void **)data, &buffer, &offset) == napi_ok &&
           type == napi_uint8_array;
}

bool arg_ints(napi_env env, napi_value value, int *out, size_t max, size_t *count)
{
    uint32_t length;
    if (napi_get_array_length(env, value, &length) != napi_ok || length > max)
        return false;
    for (uint32_t i = 0; i < length; i++) {
        napi_value item;
        if (napi_get_element(env, value, i, &item) != napi_ok || !arg_i32(env, item, &out[i]))
            return false;
    }
    *count = length;
    return true;
}

napi_value arg_int(napi_env env, int64_t value)
{
    napi_value result;
    napi_create_int64(env, value, &result);
    return result;
}

napi_value arg_buffer(napi_env env, const void *data, size_t size)
{
    napi_value result;
    return napi_create_buffer_copy(env, size, data, NULL, &result) == napi_ok ? result : NULL;
}
