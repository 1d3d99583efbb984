package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Which sockets a host still opens when it has opened the one on which it listens. The others it
 * gives up for good, on all threads at once (seccomp(2), TSYNC). Landlock mediates neither
 * connecting to a Unix socket that has a path nor UDP: without this, a host of the agent's user
 * reaches that user's sockets, and one with {@code dac_override} everybody's.
 *
 * <p>The audit tells its refusals, except where names are looked up: the C library asks the name
 * services of this machine by Unix sockets, does without them, and the audit's record has the
 * call's number, no argument.
 *
 * @param unix such as Docker's
 * @param names UDP, to look names up
 */
public record SocketFilter(boolean unix, boolean names) {
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
      var program = SyscallFilter.withoutSockets(processor.get(), unix, names);
      long flags = names ? NativeCall.ALL_THREADS : NativeCall.ALL_THREADS | NativeCall.TOLD;
      long refused = new NativeCall(processor.get(), memory).lay(program, flags);
      if (refused != 0) {
        throw new IOException("seccomp refuses a filter: " + NativeCall.error(refused));
      }
    }
  }
}
