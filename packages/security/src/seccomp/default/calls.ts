/**
 * Calls that every container may make, by purpose. The variants of 32-bit architectures stand beside the call
 * they belong to; names that an architecture lacks are no rules there.
 */
const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Groups of calls allowed without conditions. */
export const everyday: Readonly<Record<string, readonly string[]>> = {
  openAndClose: words(`
    open openat openat2 creat close close_range dup dup2 dup3 fcntl fcntl64 flock ioctl
    name_to_handle_at memfd_create memfd_secret pipe pipe2`),
  readAndWrite: words(`
    read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek
    sendfile sendfile64 splice tee vmsplice copy_file_range readahead fadvise64 fadvise64_64
    fallocate truncate truncate64 ftruncate ftruncate64 sync syncfs fsync fdatasync sync_file_range`),
  paths: words(`
    access faccessat faccessat2 chdir fchdir getcwd link linkat symlink symlinkat readlink readlinkat
    unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir mknod mknodat
    getdents getdents64 umask`),
  fileStatus: words(`
    stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx statfs statfs64 fstatfs fstatfs64
    statmount listmount cachestat
    chmod fchmod fchmodat fchmodat2 chown chown32 lchown lchown32 fchown fchown32 fchownat
    utime utimes futimesat utimensat utimensat_time64`),
  extendedAttributes: words(`
    getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat
    listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat`),
  waitingForEvents: words(`
    select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64
    epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2
    eventfd eventfd2 signalfd signalfd4 inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
    fanotify_mark`),
  asynchronousIo: words(`
    io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64`),
  memory: words(`
    brk mmap mmap2 munmap mremap mprotect madvise mincore msync remap_file_pages mseal
    mlock mlock2 mlockall munlock munlockall pkey_alloc pkey_free pkey_mprotect map_shadow_stack
    membarrier`),
  processes: words(`
    fork vfork execve execveat exit exit_group wait4 waitid waitpid
    getpid getppid gettid getpgid getpgrp setpgid getsid setsid set_tid_address
    pidfd_open pidfd_send_signal process_mrelease prctl
    get_thread_area set_thread_area get_robust_list set_robust_list rseq restart_syscall
    uretprobe riscv_hwprobe`),
  signals: words(`
    kill tkill tgkill pause alarm sigaltstack sigprocmask sigreturn
    rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
    rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo`),
  locks: words(`
    futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue`),
  scheduling: words(`
    sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam
    sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min
    sched_rr_get_interval sched_rr_get_interval_time64
    getpriority setpriority ioprio_get ioprio_set getcpu`),
  clocks: words(`
    time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64
    nanosleep clock_nanosleep clock_nanosleep_time64 getitimer setitimer
    timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
    timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`),
  // Reading the clock's adjustment needs no capability; the kernel asks CAP_SYS_TIME for changing it.
  clockAdjustment: words(`adjtimex clock_adjtime clock_adjtime64`),
  users: words(`
    getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getgroups getgroups32
    getresuid getresuid32 getresgid getresgid32
    setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32
    setresuid setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid setfsgid32
    setgroups setgroups32 capget capset`),
  resources: words(`
    getrlimit ugetrlimit setrlimit prlimit64 getrusage times sysinfo uname getrandom`),
  sockets: words(`
    socketpair bind connect listen accept accept4 shutdown getsockname getpeername getsockopt setsockopt
    send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 socketcall`),
  systemVIpc: words(`
    ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64
    shmat shmctl shmdt shmget`),
  messageQueues: words(`
    mq_open mq_unlink mq_notify mq_getsetattr mq_timedreceive mq_timedreceive_time64
    mq_timedsend mq_timedsend_time64`),
  sandboxing: words(`
    seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self`),
}

/** Calls that only some architectures have need for. */
export const byArchitecture: Readonly<Record<string, readonly string[]>> = {
  x86_64: words(`arch_prctl modify_ldt`),
  aarch64: words(`arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls`),
  arm: words(`arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls`),
  x32: words(`arch_prctl modify_ldt`),
  x86: words(`modify_ldt`),
}

/** Calls that a capability brings along. */
export const byCapability: Readonly<Record<string, readonly string[]>> = {
  CAP_SYS_ADMIN: words(`
    mount umount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick
    setns unshare clone clone3 sethostname setdomainname quotactl quotactl_fd fanotify_init
    bpf perf_event_open syslog lookup_dcookie lsm_get_self_attr lsm_set_self_attr lsm_list_modules`),
  CAP_SYS_PTRACE: words(`
    ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp`),
  CAP_SYS_NICE: words(`get_mempolicy set_mempolicy set_mempolicy_home_node mbind`),
  CAP_SYS_TIME: words(`settimeofday stime clock_settime clock_settime64`),
  CAP_SYS_MODULE: words(`init_module finit_module delete_module`),
  CAP_SYS_RAWIO: words(`ioperm iopl`),
  CAP_SYS_BOOT: words(`reboot`),
  CAP_SYS_CHROOT: words(`chroot`),
  CAP_SYS_PACCT: words(`acct`),
  CAP_SYS_TTY_CONFIG: words(`vhangup`),
  CAP_DAC_READ_SEARCH: words(`open_by_handle_at`),
  CAP_SYSLOG: words(`syslog`),
  CAP_BPF: words(`bpf`),
  CAP_PERFMON: words(`perf_event_open`),
}

/** Tracing and access to other processes' memory: safe from Linux 4.8 on, where a tracer cannot dodge the filter. */
export const tracing = words(`ptrace process_vm_readv process_vm_writev`)
