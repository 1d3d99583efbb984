package dev.deployclaw.executors.gateway;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Sends SIGHUP by {@code kill(2)}, which the JDK has no method for. No program is started: a
 * confined process may execute none but the gateway's own.
 */
final class ProcessSignal {
  private static final int HANG_UP = 1;
  private static final StructLayout ERROR_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERROR =
      ERROR_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  @SuppressWarnings("restricted") // kill(2) reads and writes no memory of ours
  private static final MethodHandle KILL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
              Linker.Option.captureCallState("errno"));

  private ProcessSignal() {}

  /**
   * @throws IOException when there is no such process, or it isn't ours to signal
   */
  static void hangUp(long pid) throws IOException {
    int problem;
    try (var memory = Arena.ofConfined()) {
      var state = memory.allocate(ERROR_STATE);
      int value = (int) KILL.invokeExact(state, Math.toIntExact(pid), HANG_UP);
      problem = value == 0 ? 0 : (int) ERROR.get(state, 0L);
    } catch (Throwable e) {
      throw new LinkageError("kill can't be called", e);
    }
    if (problem != 0) {
      throw new IOException("process " + pid + " can't be signalled: " + words(problem));
    }
  }

  private static String words(int problem) {
    return switch (problem) {
      case 1 -> "Operation not permitted";
      case 3 -> "No such process";
      default -> "error " + problem;
    };
  }
}
