package dev.deployclaw.container.confinement;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * System calls from Java, by the C library's {@code syscall(2)}: one function for all, because each
 * further one costs the launcher milliseconds. For one thread.
 */
@SuppressWarnings("restricted")
final class NativeCall {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EACCES = 13;

  /** Of a filter that is laid: on all threads of the process at once. */
  static final long ALL_THREADS = 1;

  /** The audit tells what it refuses; what it ends is always told. Since Linux 4.14. */
  static final long TOLD = 2;

  private static final int EINVAL = 22;
  private static final int SET_MODE_FILTER = 1;
  private static final int ARGUMENTS = 6;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout ERROR_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERROR =
      ERROR_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1),
          Linker.Option.captureCallState("errno"));

  private final Processor processor;
  private final Arena memory;
  private final MemorySegment state;

  /** Lets go of nothing: what it allocates is for as long as the arena. */
  NativeCall(Processor processor, Arena memory) {
    this.processor = processor;
    this.memory = memory;
    this.state = memory.allocate(ERROR_STATE);
  }

  /** The call's value; a failure is the error's number, negated. */
  long call(Syscall call, long... arguments) {
    return call(call.number(processor), arguments);
  }

  /** By the call's number on this processor. */
  long call(long number, long... arguments) {
    var six = new long[ARGUMENTS];
    System.arraycopy(arguments, 0, six, 0, arguments.length);
    try {
      long value =
          (long) SYSCALL.invokeExact(state, number, six[0], six[1], six[2], six[3], six[4], six[5]);
      return value == -1 ? -(int) ERROR.get(state, 0L) : value;
    } catch (Throwable e) {
      throw new LinkageError("cannot call the C library", e);
    }
  }

  /** Becomes this program with this process's environment. Returns why it can't. */
  String execute(List<String> command) {
    var arguments = allocate((command.size() + 1L) * Long.BYTES);
    for (int i = 0; i < command.size(); i++) {
      arguments.setAtIndex(ValueLayout.JAVA_LONG, i, text(command.get(i)));
    }
    return error(
        call(Syscall.EXECVE, text(command.getFirst()), arguments.address(), environment()));
  }

  /** The address of this process's environment, as it was inherited. */
  private static long environment() {
    return LINKER
        .defaultLookup()
        .findOrThrow("environ")
        .reinterpret(Long.BYTES)
        .get(ValueLayout.JAVA_LONG, 0);
  }

  /** The address of a text that C understands. */
  long text(String text) {
    return memory.allocateFrom(text).address();
  }

  /**
   * Lays a seccomp filter for good; untold where the kernel doesn't know how to tell.
   *
   * @param flags of {@link #ALL_THREADS} and {@link #TOLD}
   * @return 0, a negated error, or the number of a thread that can't have it
   */
  long lay(byte[] filter, long flags) {
    long program = program(filter);
    long refused = call(Syscall.SECCOMP, SET_MODE_FILTER, flags, program);
    return refused == -EINVAL
        ? call(Syscall.SECCOMP, SET_MODE_FILTER, flags & ~TOLD, program)
        : refused;
  }

  /** The address of a filter's program (struct sock_fprog). */
  private long program(byte[] bytes) {
    var code = allocate(bytes.length);
    code.copyFrom(MemorySegment.ofArray(bytes));
    var program = allocate(2 * Long.BYTES);
    program.set(ValueLayout.JAVA_SHORT, 0, (short) (bytes.length / SyscallFilter.INSTRUCTION));
    program.setAtIndex(ValueLayout.JAVA_LONG, 1, code.address());
    return program.address();
  }

  MemorySegment allocate(long bytes) {
    return memory.allocate(bytes, Long.BYTES);
  }

  /** What a negated error number means, for people. */
  static String error(long value) {
    return switch ((int) -value) {
      case EPERM -> "EPERM";
      case ENOENT -> "ENOENT";
      case EACCES -> "EACCES";
      case 3 -> "ESRCH";
      case 8 -> "ENOEXEC";
      case 18 -> "EXDEV";
      case EINVAL -> "EINVAL";
      case 38 -> "ENOSYS";
      case 95 -> "EOPNOTSUPP";
      default -> "error " + -value;
    };
  }
}
