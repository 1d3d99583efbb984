package dev.deployclaw.container.confinement;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * System calls by their numbers on the two kinds of processor that we know (the kernel's {@code
 * unistd_64.h} and {@code asm-generic/unistd.h}): those that are called here, and those that a host
 * may not call.
 *
 * <p>A call that no JVM, Python, NGINX or HAProxy makes ends the process, so that its supervisor
 * learns of it. One that honest programs try and do without is refused.
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
  SETGROUPS(116, 159),
  SOCKET(41, 198),
  SOCKETPAIR(53, 199),
  BIND(49, 200),
  RECVFROM(45, 207),
  SENDTO(44, 206),
  SENDMSG(46, 211),
  SENDMMSG(307, 269),
  IOCTL(16, 29),
  PRLIMIT64(302, 261),
  CLONE(56, 220),
  CLONE3(435, 435),
  SECCOMP(317, 277),

  // Further rules: they could switch off that the audit tells their refusals.
  LANDLOCK_CREATE_RULESET(444, 444, Verdict.FATAL),
  LANDLOCK_ADD_RULE(445, 445, Verdict.FATAL),
  LANDLOCK_RESTRICT_SELF(446, 446, Verdict.FATAL),

  // Other processes' memory.
  PTRACE(101, 117, Verdict.FATAL),
  PROCESS_VM_READV(310, 270, Verdict.FATAL),
  PROCESS_VM_WRITEV(311, 271, Verdict.FATAL),
  PROCESS_MADVISE(440, 440, Verdict.REFUSED),
  PIDFD_GETFD(438, 438, Verdict.FATAL),
  KCMP(312, 272, Verdict.FATAL),
  USERFAULTFD(323, 282, Verdict.FATAL),

  // Mounts and namespaces.
  MOUNT(165, 40, Verdict.FATAL),
  UMOUNT2(166, 39, Verdict.FATAL),
  PIVOT_ROOT(155, 41, Verdict.FATAL),
  CHROOT(161, 51, Verdict.FATAL),
  OPEN_TREE(428, 428, Verdict.FATAL),
  OPEN_TREE_ATTR(467, 467, Verdict.FATAL),
  MOVE_MOUNT(429, 429, Verdict.FATAL),
  FSOPEN(430, 430, Verdict.FATAL),
  FSCONFIG(431, 431, Verdict.FATAL),
  FSMOUNT(432, 432, Verdict.FATAL),
  FSPICK(433, 433, Verdict.FATAL),
  MOUNT_SETATTR(442, 442, Verdict.FATAL),
  SETNS(308, 268, Verdict.FATAL),
  UNSHARE(272, 97, Verdict.FATAL),
  OPEN_BY_HANDLE_AT(304, 265, Verdict.FATAL),
  FANOTIFY_INIT(300, 262, Verdict.FATAL),

  // The kernel's own machinery.
  BPF(321, 280, Verdict.FATAL),
  PERF_EVENT_OPEN(298, 241, Verdict.FATAL),
  IO_URING_SETUP(425, 425, Verdict.REFUSED),
  IO_URING_ENTER(426, 426, Verdict.REFUSED),
  IO_URING_REGISTER(427, 427, Verdict.REFUSED),
  KEYCTL(250, 219, Verdict.FATAL),
  ADD_KEY(248, 217, Verdict.FATAL),
  REQUEST_KEY(249, 218, Verdict.FATAL),
  INIT_MODULE(175, 105, Verdict.FATAL),
  FINIT_MODULE(313, 273, Verdict.FATAL),
  DELETE_MODULE(176, 106, Verdict.FATAL),
  KEXEC_LOAD(246, 104, Verdict.FATAL),
  KEXEC_FILE_LOAD(320, 294, Verdict.FATAL),
  SYSLOG(103, 116, Verdict.FATAL),

  // The machine.
  SWAPON(167, 224, Verdict.FATAL),
  SWAPOFF(168, 225, Verdict.FATAL),
  REBOOT(169, 142, Verdict.FATAL),
  QUOTACTL(179, 60, Verdict.FATAL),
  QUOTACTL_FD(443, 443, Verdict.FATAL),
  ACCT(163, 89, Verdict.FATAL),
  SETTIMEOFDAY(164, 170, Verdict.FATAL),
  CLOCK_SETTIME(227, 112, Verdict.FATAL),
  CLOCK_ADJTIME(305, 266, Verdict.REFUSED),
  ADJTIMEX(159, 171, Verdict.REFUSED),
  SETHOSTNAME(170, 161, Verdict.FATAL),
  SETDOMAINNAME(171, 162, Verdict.FATAL),

  // Programs without a file: Landlock has no rule for them.
  MEMFD_CREATE(319, 279, Verdict.REFUSED),
  MEMFD_SECRET(447, 447, Verdict.REFUSED),
  EXECVEAT(322, 281, Verdict.FATAL);

  private final int x86;
  private final int arm;
  private final Verdict verdict;

  Syscall(int x86, int arm) {
    this(x86, arm, Verdict.ALLOWED);
  }

  Syscall(int x86, int arm, Verdict verdict) {
    this.x86 = x86;
    this.arm = arm;
    this.verdict = verdict;
  }

  /** What the filter does, whatever the arguments are: lets pass, fails with EPERM, or kills. */
  enum Verdict {
    ALLOWED,
    REFUSED,
    FATAL
  }

  int number(Processor processor) {
    return switch (processor) {
      case X86_64 -> x86;
      case AARCH64 -> arm;
    };
  }

  Verdict verdict() {
    return verdict;
  }

  /**
   * Whether honest programs try it and do without: by number, or sockets of a kind that is refused,
   * by which C libraries ask name services.
   */
  boolean isTried() {
    return verdict == Verdict.REFUSED || this == SOCKET || this == SOCKETPAIR;
  }

  /** Its name as manuals have it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A call that a filter of ours stopped; empty in another processor's numbering.
   *
   * @param audit the numbering, as {@link Processor#audit()} has it
   */
  static Optional<Syscall> of(int audit, long number) {
    return Stream.of(Processor.values())
        .filter(processor -> processor.audit() == audit)
        .flatMap(processor -> Stream.of(values()).filter(c -> c.number(processor) == number))
        .findFirst();
  }
}
