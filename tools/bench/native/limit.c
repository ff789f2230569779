/* The limit of starting a process: clone + exec + wait of argv[1], nothing else. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
#include "serve.h"

extern char **environ;
static char stack[65536] __attribute__((aligned(16)));

static int child(void *arg)
{
	char **argv = arg;

	execve(argv[0], argv, environ);
	_exit(127);
}

static pid_t start(char *line, void *argv)
{
	(void)line;
	return clone(child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, argv);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: limit PROGRAM [ARG...]\n");
		return 2;
	}
	return serve(start, argv + 1);
}
