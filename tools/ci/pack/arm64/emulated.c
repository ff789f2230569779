#include <unistd.h>

/* Runs PROGRAM under EMULATOR with this program's arguments and descriptors. */
int main(int argc, char **argv)
{
    char *args[] = {EMULATOR, PROGRAM, argc > 1 ? argv[1] : NULL, NULL};
    execv(EMULATOR, args);
    return 127;
}
