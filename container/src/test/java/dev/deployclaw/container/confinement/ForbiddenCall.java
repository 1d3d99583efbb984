package dev.deployclaw.container.confinement;

import java.lang.foreign.Arena;

/** What a host does that was taken over: it asks to trace its parent. */
public final class ForbiddenCall {
  private static final int PTRACE_ATTACH = 16;

  private ForbiddenCall() {}

  /** Doesn't return behind the wall. */
  public static long make() {
    try (var memory = Arena.ofConfined()) {
      var kernel = new NativeCall(Processor.here().orElseThrow(), memory);
      return kernel.call(Syscall.PTRACE, PTRACE_ATTACH, kernel.call(Syscall.GETPPID));
    }
  }
}
