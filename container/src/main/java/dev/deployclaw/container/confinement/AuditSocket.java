package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The audit's records as the kernel sends them to all who may listen (CAP_AUDIT_READ): also beside
 * an audit daemon, and without a bound in time. It sends them in the first network namespace alone.
 * For one thread. Neither the JDK nor Netty knows netlink, and libaudit is a C library that reads
 * rules and files as well.
 */
final class AuditSocket implements RefusalLog.Messages {
  private static final int AF_NETLINK = 16;
  private static final int RAW_CLOEXEC = 3 | 0x8_0000;
  private static final int AUDIT = 9;
  private static final int READ_LOG = 1;
  private static final int ADDRESS = 12;
  private static final int GROUPS = 8;
  private static final int SENDER = 4;

  /** Of a message: its length, its type, and three fields more. */
  private static final int HEADER = 16;

  private static final int TYPE = 4;
  private static final int EINTR = 4;

  /** Some were lost, since they weren't read in time. */
  private static final int ENOBUFS = 105;

  private final Arena memory = Arena.ofConfined();
  private final NativeCall kernel;
  private final MemorySegment buffer = memory.allocate(RefusalLog.LONGEST_MESSAGE, Long.BYTES);
  private final MemorySegment address = memory.allocate(ADDRESS, Integer.BYTES);
  private final MemorySegment length = memory.allocate(ValueLayout.JAVA_INT);
  private final long socket;

  private AuditSocket(Processor processor) throws IOException {
    kernel = new NativeCall(processor, memory);
    socket = accepted(kernel.call(Syscall.SOCKET, AF_NETLINK, RAW_CLOEXEC, AUDIT));
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
    address.set(ValueLayout.JAVA_INT, GROUPS, READ_LOG);
    accepted(kernel.call(Syscall.BIND, socket, address.address(), ADDRESS));
  }

  static RefusalLog.Messages open() throws IOException {
    var processor = Processor.here();
    if (processor.isEmpty()) {
      throw new IOException("unknown processor");
    }
    return new AuditSocket(processor.get());
  }

  /** As the kernel's log has it; empty for what isn't the kernel's. */
  @Override
  public String next() throws IOException {
    length.set(ValueLayout.JAVA_INT, 0, ADDRESS);
    long read =
        kernel.call(
            Syscall.RECVFROM,
            socket,
            buffer.address(),
            buffer.byteSize(),
            0,
            address.address(),
            length.address());
    boolean other = address.get(ValueLayout.JAVA_INT, SENDER) != 0;
    if (other || read == -EINTR || read == -ENOBUFS || (read >= 0 && read < HEADER)) {
      return "";
    }
    accepted(read);
    byte[] text = buffer.asSlice(HEADER, read - HEADER).toArray(ValueLayout.JAVA_BYTE);
    return "audit: type=%d %s"
        .formatted(
            buffer.get(ValueLayout.JAVA_SHORT, TYPE), new String(text, StandardCharsets.UTF_8));
  }

  private static long accepted(long value) throws IOException {
    if (value < 0) {
      throw new IOException("the audit can't be read: " + NativeCall.error(value));
    }
    return value;
  }

  @Override
  public void close() {
    kernel.call(Syscall.CLOSE, socket);
    memory.close();
  }
}
