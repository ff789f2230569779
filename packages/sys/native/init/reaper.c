/*
 * `init reap PROGRAM ARGUMENTS...`: the first process of a container that wants one. It starts the program, passes
 * signals on to it, reaps whatever becomes its child, and ends as the program does.
 */
#include "init.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static const char *search_path(char **env)
{
    for (; *env != NULL; env++) {
        const char *entry = *env;
        if (entry[0] == 'P' && entry[1] == 'A' && entry[2] == 'T' && entry[3] == 'H' && entry[4] == '=')
            return entry + 5;
    }
    return "/bin:/usr/bin";
}

/* execvp(3): returns the error, EACCES before ENOENT. */
static int execute(char **argv, char **env)
{
    char path[4096];
    const char *name = argv[0], *from = search_path(env);
    size_t length = text_length(name);
    int error = -ENOENT;
    for (size_t i = 0; i < length; i++)
        if (name[i] == '/')
            return (int)sys_3(SYS_execve, name, argv, env);
    while (length > 0 && *from != '\0') {
        size_t size = 0;
        while (from[size] != '\0' && from[size] != ':')
            size++;
        if (size > 0 && size + length + 2 <= sizeof path) {
            memcpy(path, from, size);
            path[size] = '/';
            memcpy(path + size + 1, name, length + 1);
            int result = (int)sys_3(SYS_execve, path, argv, env);
            if (result != -ENOENT && result != -ENOTDIR)
                error = result;
        }
        from += size + (from[size] == ':');
    }
    return error;
}

static void complain(const char *text)
{
    sys_3(SYS_write, 2, text, text_length(text));
}

/* A process group of its own, in front where there is a terminal: a key's signal then comes once. */
static _Noreturn void program_main(char **argv, char **env)
{
    uint64_t none = 0;
    int group = (int)sys_0(SYS_getpid);
    sys_2(SYS_setpgid, 0, 0);
    sys_3(SYS_ioctl, 0, TIOCSPGRP, &group);
    sys_4(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
    int error = execute(argv, env);
    complain("init: ");
    complain(argv[0]);
    complain(error == -ENOENT || error == -ENOTDIR ? ": not found\n" : ": cannot be executed\n");
    sys_exit(error == -ENOENT || error == -ENOTDIR ? 127 : 126);
}

/* Reaps all that have ended; does not return when `program` is among them. */
static void reap(int program)
{
    int pid, status;
    while ((pid = sys_wait4(-1, &status, WNOHANG | __WALL, NULL)) > 0)
        if (pid == program)
            sys_exit((status & 0x7f) == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f));
}

_Noreturn void reaper_main(char **argv)
{
    /* All signals are blocked since init_main, so that none is lost between clone and wait. */
    uint64_t all = ~0ULL;
    char **env = argv;
    while (*env != NULL)
        env++;
    int program = (int)sys_5(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (program == 0)
        program_main(argv, env + 1);
    if (program < 0) {
        complain("init: clone failed\n");
        sys_exit(126);
    }
    for (;;) {
        int signal = (int)sys_4(SYS_rt_sigtimedwait, &all, NULL, NULL, 8);
        if (signal == SIGCHLD)
            reap(program);
        else if (signal > 0)
            sys_kill(program, signal);
    }
}
