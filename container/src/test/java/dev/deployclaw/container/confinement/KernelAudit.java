package dev.deployclaw.container.confinement;

import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.apache.commons.lang3.function.Failable;

/**
 * The kernel's audit, on for as long as this is open, and then as it was before (netlink(7)). Its
 * log leaves out nothing meanwhile: a test in a network of its own has the log alone.
 */
public final class KernelAudit implements AutoCloseable {
  public static final String NEEDS = "needs root over the kernel's audit, and Landlock 7 (6.15)";

  private static final int AF_NETLINK = 16;
  private static final int RAW = 3;
  private static final int AUDIT = 9;
  private static final short GET = 1000;
  private static final short SET = 1001;
  private static final short ERROR = 2;
  private static final short REQUEST = 1;
  private static final short ANSWERED = 1 | 4;
  private static final int HEADER = 16;
  private static final int MASK_ENABLED = 1;
  private static final int MESSAGE = HEADER + 48;

  /** The version of Landlock that tells the audit. */
  private static final int TELLING = 7;

  /** In which the log takes so many messages; 0: all. */
  private static final Path INTERVAL = Path.of("/proc/sys/kernel/printk_ratelimit");

  /** Of this machine. */
  private static final Path LOCK = Path.of("/tmp", "deployclaw-kernel-audit.lock");

  private static final Duration OTHERS = Duration.ofMinutes(5);

  private final Arena memory = Arena.ofConfined();
  private final NativeCall kernel = new NativeCall(Processor.here().orElseThrow(), memory);
  private final long socket = kernel.call(Syscall.SOCKET, AF_NETLINK, RAW, AUDIT);
  private final FileChannel lock = lock();
  private final String interval;
  private final int before;

  public KernelAudit() {
    try {
      interval = Failable.get(() -> Files.readString(INTERVAL));
      before = enabled();
      write("0");
    } catch (IllegalStateException | UncheckedIOException e) {
      release();
      throw e;
    }
    try {
      set(1);
    } catch (IllegalStateException e) {
      write(interval);
      release();
      throw e;
    }
  }

  /** Another test would switch it off meanwhile. Held until the channel is closed. */
  private static FileChannel lock() {
    var channel =
        Failable.get(
            () -> FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    BoundedWait.until("no other test has the audit", OTHERS, () -> isLocked(channel));
    return channel;
  }

  private static boolean isLocked(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another one of this JVM
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(String interval) {
    Failable.run(() -> Files.writeString(INTERVAL, interval));
  }

  private void release() {
    kernel.call(Syscall.CLOSE, socket);
    memory.close();
    Failable.run(lock::close);
  }

  /** Whether this test may switch it. */
  public static boolean possible() {
    if (!StartRights.here().has("audit_control") || Processor.here().isEmpty()) {
      return false;
    }
    try (var memory = Arena.ofConfined()) {
      var kernel = new NativeCall(Processor.here().get(), memory);
      if (LandlockRuleset.version(kernel) < TELLING) {
        return false;
      }
    }
    try (var _ = new KernelAudit()) {
      return true;
    } catch (IllegalStateException | UncheckedIOException e) {
      return false;
    }
  }

  private int enabled() {
    var reply = exchange(GET, REQUEST, -1);
    if (reply.get(ValueLayout.JAVA_SHORT, 4) != GET) {
      throw new IllegalStateException("the kernel tells nothing of its audit");
    }
    return reply.get(ValueLayout.JAVA_INT, HEADER + 4);
  }

  private void set(int enabled) {
    var reply = exchange(SET, ANSWERED, enabled);
    if (reply.get(ValueLayout.JAVA_SHORT, 4) != ERROR
        || reply.get(ValueLayout.JAVA_INT, HEADER) != 0) {
      throw new IllegalStateException("the kernel's audit can't be switched");
    }
  }

  /** Of one message, and the first of the kernel's. */
  private MemorySegment exchange(short type, short flags, int enabled) {
    var message = kernel.allocate(MESSAGE);
    message.set(ValueLayout.JAVA_INT, 0, MESSAGE);
    message.set(ValueLayout.JAVA_SHORT, 4, type);
    message.set(ValueLayout.JAVA_SHORT, 6, flags);
    message.set(ValueLayout.JAVA_INT, HEADER, MASK_ENABLED);
    message.set(ValueLayout.JAVA_INT, HEADER + 4, enabled);
    var to = kernel.allocate(12);
    to.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
    kernel.call(Syscall.SENDTO, socket, message.address(), MESSAGE, 0, to.address(), 12);
    var reply = kernel.allocate(RefusalLog.LONGEST_MESSAGE);
    kernel.call(Syscall.RECVFROM, socket, reply.address(), reply.byteSize(), 0, 0, 0);
    return reply;
  }

  @Override
  public void close() {
    try {
      set(before);
    } finally {
      write(interval);
      release();
    }
  }
}
