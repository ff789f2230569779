/*
 * The limit of starting a container: the system calls that the launch plan of bundle/config.json needs, and no
 * more, in C. bundle.h holds that file's mounts, paths, limits and capabilities as tables.
 * usage: limit-container ROOTFS FILTER (FILTER: the seccomp program as struct sock_filter[])
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <grp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "serve.h"

#define MOUNT_CALL(nr, ...) ((int)syscall(nr, __VA_ARGS__))
#define MS_REC_SLAVE ((1ul << 14) | (1ul << 19))
#define DETACH 2

struct option { const char *key, *value; };
struct mount_point { const char *type, *target; unsigned attributes; const struct option *options; };
struct limit { int resource; struct rlimit value; };
struct node { const char *path; mode_t mode; unsigned major, minor; };
struct link { const char *path, *target; };

#include "bundle.h"

struct work { const char *rootfs; int null; struct sock_fprog filter; };

static void need(int result, const char *what)
{
	if (result >= 0)
		return;
	dprintf(2, "limit-container: %s: %s\n", what, strerror(errno));
	_exit(120);
}

static int fs_mount(const char *type, const struct option *options, unsigned attributes)
{
	int fs = MOUNT_CALL(SYS_fsopen, type, FSOPEN_CLOEXEC);

	need(fs, type);
	for (; options && options->key; options++)
		need(MOUNT_CALL(SYS_fsconfig, fs, options->value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
				options->key, options->value, 0), options->key);
	need(MOUNT_CALL(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0), type);
	return MOUNT_CALL(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes);
}

static void mount_all(int root)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };

	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		int target, mnt = fs_mount(mounts[i].type, mounts[i].options, mounts[i].attributes);

		need(mnt, mounts[i].type);
		target = (int)syscall(SYS_openat2, root, mounts[i].target, &how, sizeof(how));
		if (target < 0 && errno == ENOENT) {
			need(mkdirat(root, mounts[i].target, 0755), mounts[i].target);
			target = (int)syscall(SYS_openat2, root, mounts[i].target, &how, sizeof(how));
		}
		need(target, mounts[i].target);
		need(MOUNT_CALL(SYS_move_mount, mnt, "", target, "",
				MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH), mounts[i].target);
	}
}

static void make_devices(int root)
{
	umask(0);
	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
		need(mknodat(root, nodes[i].path, nodes[i].mode, makedev(nodes[i].major, nodes[i].minor)),
		     nodes[i].path);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		need(symlinkat(links[i].target, root, links[i].path), links[i].path);
	umask(0022);
}

static void hide_paths(void)
{
	struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY };
	const char *hidden = NULL;

	for (size_t i = 0; i < sizeof(readonly_paths) / sizeof(*readonly_paths); i++) {
		int tree = MOUNT_CALL(SYS_open_tree, AT_FDCWD, readonly_paths[i],
				      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

		if (tree < 0 && errno == ENOENT)
			continue;
		need(tree, readonly_paths[i]);
		need(MOUNT_CALL(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &ro, sizeof(ro)),
		     readonly_paths[i]);
		need(MOUNT_CALL(SYS_move_mount, tree, "", AT_FDCWD, readonly_paths[i], MOVE_MOUNT_F_EMPTY_PATH),
		     readonly_paths[i]);
	}
	for (size_t i = 0; i < sizeof(masked_paths) / sizeof(*masked_paths); i++) {
		int mnt, target = open(masked_paths[i], O_PATH | O_CLOEXEC | O_NOFOLLOW);
		struct stat st;

		if (target < 0 && errno == ENOENT)
			continue;
		need(target, masked_paths[i]);
		need(fstat(target, &st), masked_paths[i]);
		if (!S_ISDIR(st.st_mode))
			mnt = MOUNT_CALL(SYS_open_tree, AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		else if (hidden)
			mnt = MOUNT_CALL(SYS_open_tree, AT_FDCWD, hidden, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		else
			mnt = fs_mount("tmpfs", NULL, MOUNT_ATTR_RDONLY);
		if (S_ISDIR(st.st_mode) && !hidden)
			hidden = masked_paths[i];
		need(mnt, masked_paths[i]);
		need(MOUNT_CALL(SYS_move_mount, mnt, "", target, "",
				MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH), masked_paths[i]);
	}
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	need(fd, "socket");
	need(ioctl(fd, SIOCSIFFLAGS, &request), "lo up");
}

static void drop_privileges(const struct sock_fprog *filter)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].effective = data[i].permitted = (uint32_t)(capabilities >> (32 * i));
		data[i].inheritable = 0;
	}
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (!(capabilities >> cap & 1))
			need(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0), "PR_CAPBSET_DROP");
	need((int)syscall(SYS_setgroups, 0, NULL), "setgroups");
	need((int)syscall(SYS_setresgid, 0, 0, 0), "setresgid");
	need((int)syscall(SYS_setresuid, 0, 0, 0), "setresuid");
	need((int)syscall(SYS_capset, &header, data), "capset");
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	need((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter), "seccomp");
}

static void child(const struct work *work)
{
	int root;

	need((int)syscall(SYS_mount, NULL, "/", NULL, MS_REC_SLAVE, NULL), "slave");
	root = MOUNT_CALL(SYS_open_tree, AT_FDCWD, work->rootfs, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	need(root, work->rootfs);
	need(MOUNT_CALL(SYS_move_mount, root, "", AT_FDCWD, work->rootfs, MOVE_MOUNT_F_EMPTY_PATH), "rootfs");
	loopback_up();
	mount_all(root);
	make_devices(root);
	need(fchdir(root), "fchdir");
	need((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
	need((int)syscall(SYS_umount2, ".", DETACH), "detach");
	hide_paths();
	need(chdir(cwd), cwd);
	need(sethostname(hostname, sizeof(hostname) - 1), "sethostname");
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		need((int)syscall(SYS_prlimit64, 0, limits[i].resource, &limits[i].value, NULL), "prlimit");
	for (int fd = 0; fd < 3; fd++)
		need(dup2(work->null, fd), "dup2");
	drop_privileges(&work->filter);
	need((int)syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC), "close_range");
	execve(args[0], (char *const *)args, (char *const *)env);
	_exit(127);
}

static pid_t start(char *line, void *arg)
{
	struct clone_args clone = { .flags = namespaces, .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &clone, sizeof(clone));

	(void)line;
	if (pid == 0)
		child(arg);
	return pid;
}

int main(int argc, char **argv)
{
	static struct sock_filter code[BPF_MAXINSNS];
	struct work work = { .filter.filter = code };
	FILE *file;

	if (argc != 3 || !(file = fopen(argv[2], "re"))) {
		fprintf(stderr, "usage: limit-container ROOTFS FILTER\n");
		return 2;
	}
	work.rootfs = argv[1];
	work.filter.len = (unsigned short)fread(code, sizeof(*code), BPF_MAXINSNS, file);
	fclose(file);
	work.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	return serve(start, &work);
}
