package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Which sockets a host still opens when it has opened the one on which it listens. The others it
 * gives up for good, on all threads at once (seccomp(2), TSYNC). Landlock mediates neither
 * connecting to a Unix socket that has a path nor UDP: without this, a host of the agent's user
 * reaches that user's sockets, and one with {@code dac_override} everybody's.
 *
 * @param unix such as Docker's
 * @param names UDP, to look names up
 */
public record SocketFilter(boolean unix, boolean names) {
  private static final int SET_MODE_FILTER = 1;
  private static final int ALL_THREADS = 1;

  /**
   * Lays it.
   *
   * @throws IOException where the kernel refuses it: {@link IsolationProbe} finds the gap, too
   */
  public void lay() throws IOException {
    var processor = Processor.here();
    if (processor.isEmpty()) {
      throw new IOException("unknown processor " + System.getProperty("os.arch"));
    }
    try (var memory = Arena.ofConfined()) {
      var kernel = new NativeCall(processor.get(), memory);
      long program = kernel.filter(SyscallFilter.withoutSockets(processor.get(), unix, names));
      long refused = kernel.call(Syscall.SECCOMP, SET_MODE_FILTER, ALL_THREADS, program);
      if (refused != 0) {
        throw new IOException("seccomp refuses a filter: " + NativeCall.error(refused));
      }
    }
  }
}
