/*
 * Compiles rules with libseccomp and writes the BPF program to standard output. Rules come on standard input:
 *   default ACTION | arch TOKEN | rule ACTION NAME [INDEX OP VALUE MASKED]...
 * ACTION and OP are libseccomp's numbers.
 */
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(call, what)                                                                                              \
    do {                                                                                                               \
        int result = (call);                                                                                           \
        if (result < 0) {                                                                                              \
            fprintf(stderr, "%s: %s\n", what, strerror(-result));                                                      \
            return 1;                                                                                                  \
        }                                                                                                              \
    } while (0)

int main(void)
{
    char line[4096];
    scmp_filter_ctx context = NULL;
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *word = strtok(line, " \n");
        if (word == NULL)
            continue;
        if (strcmp(word, "default") == 0) {
            context = seccomp_init((uint32_t)strtoul(strtok(NULL, " \n"), NULL, 0));
            CHECK(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "attribute");
            CHECK(seccomp_arch_remove(context, SCMP_ARCH_NATIVE), "arch_remove");
        } else if (strcmp(word, "arch") == 0) {
            CHECK(seccomp_arch_add(context, seccomp_arch_resolve_name(strtok(NULL, " \n"))), "arch_add");
        } else {
            uint32_t action = (uint32_t)strtoul(strtok(NULL, " \n"), NULL, 0);
            const char *name = strtok(NULL, " \n");
            int call = seccomp_syscall_resolve_name(name);
            struct scmp_arg_cmp args[6];
            unsigned count = 0;
            for (char *index; call != __NR_SCMP_ERROR && (index = strtok(NULL, " \n")) != NULL; count++) {
                args[count].arg = (unsigned)strtoul(index, NULL, 0);
                args[count].op = (enum scmp_compare)strtoul(strtok(NULL, " \n"), NULL, 0);
                args[count].datum_a = strtoull(strtok(NULL, " \n"), NULL, 0);
                args[count].datum_b = strtoull(strtok(NULL, " \n"), NULL, 0);
            }
            if (call != __NR_SCMP_ERROR)
                CHECK(seccomp_rule_add_array(context, action, call, count, args), name);
        }
    }
    CHECK(seccomp_export_bpf(context, 1), "export");
    return 0;
}
