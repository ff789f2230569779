/*
 * Times other programs: each request is an argv separated by tabs, started by posix_spawn (vfork-like, so the
 * cost of starting it is as small as it can be) with /dev/null as stdin and stdout, and timed until its exit.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include "serve.h"

extern char **environ;

static pid_t start(char *line, void *actions)
{
	char *argv[64];
	int argc = 0, err;
	pid_t pid;

	for (char *arg = strtok(line, "\t"); arg && argc < 63; arg = strtok(NULL, "\t"))
		argv[argc++] = arg;
	argv[argc] = NULL;
	if (argc == 0) {
		errno = EINVAL;
		return -1;
	}
	err = posix_spawnp(&pid, argv[0], actions, NULL, argv, environ);
	if (err) {
		errno = err;
		return -1;
	}
	return pid;
}

int main(void)
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	return serve(start, &actions);
}
