/* The monitor's log alone: log-writer DIRECTORY FILE-SIZE appends the records {u8 stream, u32 length, bytes} of stdin. */
#include "monitor.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t now_ns(int clock)
{
    static uint64_t now;
    return ++now + (uint64_t)clock;
}

int main(int argc, char **argv)
{
    int stream;
    uint32_t length;
    uint64_t at;
    if (argc != 3)
        return 2;
    log_open(open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC), 1, 10000, strtoull(argv[2], NULL, 10));
    while ((stream = getchar()) != EOF) {
        if (fread(&length, sizeof length, 1, stdin) != 1 || fread(log_data(), length, 1, stdin) != 1)
            return 1;
        log_append((uint8_t)stream, length, &at);
    }
    log_end();
    return 0;
}
