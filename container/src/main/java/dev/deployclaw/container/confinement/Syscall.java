package dev.deployclaw.container.confinement;

/**
 * System calls by their numbers on the two kinds of processor that we know (the kernel's {@code
 * unistd_64.h} and {@code asm-generic/unistd.h}): those that are called here, and those that a host
 * is refused.
 */
enum Syscall {
  EXECVE(59, 221),
  OPENAT(257, 56),
  CLOSE(3, 57),
  MMAP(9, 222),
  MUNMAP(11, 215),
  PRCTL(157, 167),
  KILL(62, 129),
  GETPPID(110, 173),
  SOCKET(41, 198),
  SOCKETPAIR(53, 199),
  SENDTO(44, 206),
  SENDMSG(46, 211),
  SENDMMSG(307, 269),
  IOCTL(16, 29),
  PRLIMIT64(302, 261),
  CLONE(56, 220),
  CLONE3(435, 435),
  LANDLOCK_CREATE_RULESET(444, 444),
  LANDLOCK_ADD_RULE(445, 445),
  LANDLOCK_RESTRICT_SELF(446, 446),

  // Other processes' memory.
  PTRACE(101, 117, true),
  PROCESS_VM_READV(310, 270, true),
  PROCESS_VM_WRITEV(311, 271, true),
  PROCESS_MADVISE(440, 440, true),
  PIDFD_GETFD(438, 438, true),
  KCMP(312, 272, true),
  USERFAULTFD(323, 282, true),

  // Mounts and namespaces.
  MOUNT(165, 40, true),
  UMOUNT2(166, 39, true),
  PIVOT_ROOT(155, 41, true),
  CHROOT(161, 51, true),
  OPEN_TREE(428, 428, true),
  OPEN_TREE_ATTR(467, 467, true),
  MOVE_MOUNT(429, 429, true),
  FSOPEN(430, 430, true),
  FSCONFIG(431, 431, true),
  FSMOUNT(432, 432, true),
  FSPICK(433, 433, true),
  MOUNT_SETATTR(442, 442, true),
  SETNS(308, 268, true),
  UNSHARE(272, 97, true),
  OPEN_BY_HANDLE_AT(304, 265, true),
  FANOTIFY_INIT(300, 262, true),

  // The kernel's own machinery.
  BPF(321, 280, true),
  PERF_EVENT_OPEN(298, 241, true),
  IO_URING_SETUP(425, 425, true),
  IO_URING_ENTER(426, 426, true),
  IO_URING_REGISTER(427, 427, true),
  KEYCTL(250, 219, true),
  ADD_KEY(248, 217, true),
  REQUEST_KEY(249, 218, true),
  INIT_MODULE(175, 105, true),
  FINIT_MODULE(313, 273, true),
  DELETE_MODULE(176, 106, true),
  KEXEC_LOAD(246, 104, true),
  KEXEC_FILE_LOAD(320, 294, true),
  SYSLOG(103, 116, true),

  // The machine.
  SWAPON(167, 224, true),
  SWAPOFF(168, 225, true),
  REBOOT(169, 142, true),
  QUOTACTL(179, 60, true),
  QUOTACTL_FD(443, 443, true),
  ACCT(163, 89, true),
  SETTIMEOFDAY(164, 170, true),
  CLOCK_SETTIME(227, 112, true),
  CLOCK_ADJTIME(305, 266, true),
  ADJTIMEX(159, 171, true),
  SETHOSTNAME(170, 161, true),
  SETDOMAINNAME(171, 162, true),

  // Programs without a file: Landlock has no rule for them.
  MEMFD_CREATE(319, 279, true),
  MEMFD_SECRET(447, 447, true),
  EXECVEAT(322, 281, true);

  private final int x86;
  private final int arm;
  private final boolean refused;

  Syscall(int x86, int arm) {
    this(x86, arm, false);
  }

  Syscall(int x86, int arm, boolean refused) {
    this.x86 = x86;
    this.arm = arm;
    this.refused = refused;
  }

  /** Its number on this processor. */
  int number(Processor processor) {
    return switch (processor) {
      case X86_64 -> x86;
      case AARCH64 -> arm;
    };
  }

  /** Whether the filter refuses it whatever its arguments are. */
  boolean refused() {
    return refused;
  }
}
