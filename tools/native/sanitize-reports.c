/*
 * Options of the sanitizers, and where reports go, for programs that start with an empty environment and cannot open
 * files later: they are in a container, or have given up system calls. The file is mapped before main(), and all
 * processes of the program write to it. It begins with the number of bytes used.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 1 << 20 };
static struct {
    atomic_uint used, zero;
    char text[SIZE - 8];
} *reports;

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
void __sanitizer_on_print(const char *text);

/* No leaks: their processes end by _exit(2) with what they hold. No colour: `layer` may not ask whether there is a terminal. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0:exitcode=99:quarantine_size_mb=8:color=never";
}

const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1:halt_on_error=1";
}

__attribute__((constructor)) static void reports_open(void)
{
    int fd = open(REPORTS, O_RDWR | O_CLOEXEC);
    void *map = fd < 0 || ftruncate(fd, SIZE) < 0 ? MAP_FAILED
                                                  : mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    reports = map == MAP_FAILED ? NULL : map;
}

void __sanitizer_on_print(const char *text)
{
    size_t size = strlen(text);
    if (reports == NULL || size > sizeof reports->text)
        return;
    unsigned at = atomic_fetch_add(&reports->used, (unsigned)size);
    if (at <= sizeof reports->text - size)
        memcpy(reports->text + at, text, size);
}
