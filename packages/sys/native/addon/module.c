#include "addon.h"

static const struct export *const tables[] = {
    bpf_exports,
    cgroup_exports,
    fifo_exports,
    file_exports,
    handover_exports,
    lane_exports,
    monitor_exports,
    mount_exports,
    netlink_exports,
    netns_exports,
    process_exports,
    remove_exports,
    socket_exports,
    spawner_exports,
    xattr_exports,
};

NAPI_MODULE_INIT()
{
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (const struct export *e = tables[t]; e->name != NULL; e++) {
            napi_value fn;
            if (napi_create_function(env, e->name, NAPI_AUTO_LENGTH, e->call, NULL, &fn) != napi_ok ||
                napi_set_named_property(env, exports, e->name, fn) != napi_ok)
                return NULL;
        }
    }
    return exports;
}
