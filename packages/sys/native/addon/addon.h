#ifndef COFFERDAM_ADDON_H
#define COFFERDAM_ADDON_H

#define NAPI_VERSION 9
#include <node_api.h>

/* One row per function that JavaScript sees; a table ends with a NULL name. Each file of calls has one table. */
struct export {
    const char *name;
    napi_callback call;
};

extern const struct export bpf_exports[];
extern const struct export cgroup_exports[];
extern const struct export fifo_exports[];
extern const struct export file_exports[];
extern const struct export handover_exports[];
extern const struct export lane_exports[];
extern const struct export monitor_exports[];
extern const struct export mount_exports[];
extern const struct export netlink_exports[];
extern const struct export netns_exports[];
extern const struct export process_exports[];
extern const struct export remove_exports[];
extern const struct export socket_exports[];
extern const struct export spawner_exports[];
extern const struct export xattr_exports[];

#endif
