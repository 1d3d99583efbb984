package dev.deployclaw.container.confinement;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Unix sockets as Java has none: of the abstract kind (unix(7)), and one that listens already. */
final class AbstractSocket {
  private static final boolean X86 = Processor.here().orElseThrow() == Processor.X86_64;
  private static final int CONNECT = X86 ? 42 : 203;
  private static final int BIND = X86 ? 49 : 200;
  private static final int LISTEN = X86 ? 50 : 201;
  private static final int AF_UNIX = 1;
  private static final int STREAM = 1;
  private static final int LONGEST = 110;

  private AbstractSocket() {}

  /** Connects an open one: 0, or the negated error. */
  static long connect(NativeCall kernel, long socket, String name) {
    return named(kernel, CONNECT, socket, name);
  }

  /** The server's descriptor. */
  static long listen(NativeCall kernel, String name) {
    long socket = kernel.call(Syscall.SOCKET, AF_UNIX, STREAM, 0);
    if (named(kernel, BIND, socket, name) < 0 || kernel.call(LISTEN, socket, 1) < 0) {
      throw new IllegalStateException("cannot listen on @" + name);
    }
    return socket;
  }

  /** Listens, and then would connect to a path by the same socket. */
  static long connectByListening(NativeCall kernel, long socket, String path) {
    named(kernel, BIND, socket, "listening-" + ProcessHandle.current().pid());
    kernel.call(LISTEN, socket, 1);
    byte[] bytes = path.getBytes(StandardCharsets.US_ASCII);
    var address = kernel.allocate(LONGEST);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 2, bytes.length);
    return kernel.call(CONNECT, socket, address.address(), 3L + bytes.length);
  }

  private static long named(NativeCall kernel, int call, long socket, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    var address = kernel.allocate(LONGEST);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 3, bytes.length);
    return kernel.call(call, socket, address.address(), 3L + bytes.length);
  }
}
