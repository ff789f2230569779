/*
 * The protocol of the measured programs: one request per line on stdin, one answer per line on stdout:
 * "<nanoseconds> <wait status>". A request "burst N" starts N at once and is answered when all have ended.
 */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Starts what `line` asks for; returns its pid, or -1. */
typedef pid_t start_fn(char *line, void *arg);

static inline int serve_one(char *line, start_fn *start, void *arg)
{
	int status = 0, worst = 0;
	unsigned count = 1;
	uint64_t begin = now_ns();

	if (sscanf(line, "burst %u", &count) == 1 && count > 4096)
		return -1;
	for (unsigned i = 0; i < count; i++)
		if (start(line, arg) < 0)
			return -1;
	for (unsigned i = 0; i < count; i++) {
		if (waitpid(-1, &status, 0) < 0)
			return -1;
		if (status)
			worst = status;
	}
	printf("%llu %d\n", (unsigned long long)(now_ns() - begin), worst);
	fflush(stdout);
	return 0;
}

static inline int serve(start_fn *start, void *arg)
{
	static char line[8192];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (serve_one(line, start, arg) < 0) {
			perror(line);
			return 1;
		}
	}
	return 0;
}
