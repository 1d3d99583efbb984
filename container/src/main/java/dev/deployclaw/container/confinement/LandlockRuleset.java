package dev.deployclaw.container.confinement;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One Landlock ruleset (landlock(7)): files, TCP ports and scopes, as far as this kernel knows
 * them. It is laid on the calling thread and on all that it starts or becomes.
 */
record LandlockRuleset(NativeCall kernel, int version, long handled, long descriptor) {
  private static final long EXECUTE = 1;
  private static final long WRITE_FILE = 1 << 1;
  private static final long READ_FILE = 1 << 2;
  private static final long READ_DIR = 1 << 3;
  private static final long MAKE_CHAR = 1 << 6;
  private static final long MAKE_BLOCK = 1 << 11;
  private static final long TRUNCATE = 1 << 14;
  private static final long IOCTL_DEV = 1 << 15;

  /** Rights that a rule for a file, not a folder, may name. */
  private static final long OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

  private static final long BIND_TCP = 1;
  private static final long CONNECT_TCP = 1 << 1;
  private static final long ALL_SCOPES = 3;

  /** Versions of the kernel's interface that brought something. */
  private static final int WITH_REFER = 2;

  private static final int WITH_TRUNCATE = 3;
  private static final int WITH_TCP = 4;
  private static final int WITH_IOCTL = 5;
  private static final int WITH_SCOPES = 6;
  private static final int WITH_AUDIT = 7;

  /** LOG_NEW_EXEC_ON: the kernel's audit, where it is on, goes on after execve. */
  private static final int LOG_PROGRAM = 1 << 1;

  private static final int ASK_VERSION = 1;
  private static final int RULE_PATH = 1;
  private static final int RULE_PORT = 2;
  private static final int O_PATH = 0x20_0000;
  private static final int O_CLOEXEC = 0x8_0000;
  private static final int AT_FDCWD = -100;

  /** The version that this kernel knows; negative: an error, and Landlock is missing. */
  static int version(NativeCall kernel) {
    return (int) kernel.call(Syscall.LANDLOCK_CREATE_RULESET, 0, 0, ASK_VERSION);
  }

  /**
   * Denies all; rules then allow.
   *
   * @param version at least 1
   * @param scopes bits of {@link LandlockScope}
   */
  static LandlockRuleset create(NativeCall kernel, int version, long scopes) {
    long files = filesKnown(version);
    var attributes = kernel.allocate(3 * Long.BYTES);
    attributes.setAtIndex(ValueLayout.JAVA_LONG, 0, files);
    attributes.setAtIndex(ValueLayout.JAVA_LONG, 1, BIND_TCP | CONNECT_TCP);
    attributes.setAtIndex(ValueLayout.JAVA_LONG, 2, scopes & ALL_SCOPES);
    int words = version < WITH_TCP ? 1 : version < WITH_SCOPES ? 2 : 3;
    long descriptor =
        accepted(
            kernel.call(
                Syscall.LANDLOCK_CREATE_RULESET,
                attributes.address(),
                (long) words * Long.BYTES,
                0),
            "no ruleset could be made");
    return new LandlockRuleset(kernel, version, files, descriptor);
  }

  boolean knowsTcp() {
    return version >= WITH_TCP;
  }

  boolean knowsScopes() {
    return version >= WITH_SCOPES;
  }

  void read(Path path) {
    allow(path, READ_FILE | READ_DIR);
  }

  /** All but executing and making devices. */
  void write(Path path) {
    allow(path, handled & ~(EXECUTE | MAKE_CHAR | MAKE_BLOCK | IOCTL_DEV));
  }

  /** The kernel opens a program for reading when it executes it, so one right wants the other. */
  void execute(Path path) {
    allow(path, EXECUTE | READ_FILE);
  }

  /** The names in it and below, no contents. */
  void list(Path folder) {
    allow(folder, READ_DIR);
  }

  void connect(int port) {
    allow(port, CONNECT_TCP);
  }

  void bind(int port) {
    allow(port, BIND_TCP);
  }

  /** Lays the rules on this thread. There is no way back. */
  void enforce() {
    int flags = version >= WITH_AUDIT ? LOG_PROGRAM : 0;
    accepted(kernel.call(Syscall.LANDLOCK_RESTRICT_SELF, descriptor, flags), "Landlock refused");
  }

  /**
   * A rule holds for an inode. The kernel may forget those of {@code /proc} and make others for the
   * same names, so their descriptors stay open for as long as the process lives, the program that
   * it becomes included.
   */
  private void allow(Path path, long rights) {
    long flags = path.startsWith("/proc") ? O_PATH : O_PATH | O_CLOEXEC;
    long file =
        accepted(
            kernel.call(Syscall.OPENAT, AT_FDCWD, kernel.text(path.toString()), flags),
            path + " cannot be opened");
    long known = handled & (Files.isDirectory(path) ? rights : rights & OF_A_FILE);
    var rule = kernel.allocate(Long.BYTES + Integer.BYTES);
    rule.set(ValueLayout.JAVA_LONG, 0, known);
    rule.set(ValueLayout.JAVA_INT, Long.BYTES, (int) file);
    add(RULE_PATH, rule.address(), path);
  }

  private void allow(int port, long right) {
    var rule = kernel.allocate(2 * Long.BYTES);
    rule.setAtIndex(ValueLayout.JAVA_LONG, 0, right);
    rule.setAtIndex(ValueLayout.JAVA_LONG, 1, port);
    add(RULE_PORT, rule.address(), "port " + port);
  }

  private void add(int kind, long rule, Object subject) {
    accepted(
        kernel.call(Syscall.LANDLOCK_ADD_RULE, descriptor, kind, rule, 0),
        "no rule for " + subject);
  }

  private static long filesKnown(int version) {
    int highest = 12;
    if (version >= WITH_REFER) {
      highest++;
    }
    if (version >= WITH_TRUNCATE) {
      highest++;
    }
    if (version >= WITH_IOCTL) {
      highest++;
    }
    return (1L << (highest + 1)) - 1;
  }

  private static long accepted(long value, String failure) {
    if (value < 0) {
      throw new IllegalStateException(failure + ": " + NativeCall.error(value));
    }
    return value;
  }
}
