/* Linked into a test build of layer: what an attacker would try first. Each must fail; the parent reads the status file. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void escape_attempts(void);

static void say(const char *what, int result)
{
    char line[128];
    int fd = openat(AT_FDCWD, "/attempts", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int length = snprintf(line, sizeof line, "%s %s\n", what, result < 0 ? strerrorname_np(errno) : "SUCCEEDED");
    if (fd >= 0 && write(fd, line, (size_t)length) < 0)
        abort();
    close(fd);
}

void escape_attempts(void)
{
    struct stat st;
    say("passwd", openat(AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC));
    say("dots", openat(AT_FDCWD, "/../../../../etc/passwd", O_RDONLY | O_CLOEXEC));
    say("planted", openat(AT_FDCWD, "/planted/passwd", O_RDONLY | O_CLOEXEC));
    say("proc", openat(AT_FDCWD, "/proc/self/root", O_RDONLY | O_CLOEXEC));
    for (int fd = 0; fd < 64; fd++) {
        /* No directory of the outside came along. */
        if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
            say("upwards", openat(fd, "../../../../../../etc/passwd", O_RDONLY | O_CLOEXEC));
    }
    say("device", mknodat(AT_FDCWD, "/memory", S_IFCHR | 0600, 1 << 8 | 1));
    say("open-device", openat(AT_FDCWD, "/memory", O_RDONLY | O_CLOEXEC));
    say("socket", socket(AF_INET, SOCK_STREAM, 0));
}
