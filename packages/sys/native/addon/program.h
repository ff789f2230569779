#ifndef COFFERDAM_PROGRAM_H
#define COFFERDAM_PROGRAM_H

#include <sys/types.h>

/*
 * Executes a program of ours with `socket` as its descriptor 3, through a read-only clone of its mount, or from a
 * sealed memfd where mounts may not be cloned, so that nothing it starts can write to it (CVE-2019-5736).
 */
int program_start(const char *path, char *const *argv, int socket, pid_t *pid);

#endif
