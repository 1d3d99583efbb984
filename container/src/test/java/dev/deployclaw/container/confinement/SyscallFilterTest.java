package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.confinement.Syscall.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the filter's program as the kernel would, for the processor that this machine hasn't too.
 */
class SyscallFilterTest {
  private static final int ALLOW = 0x7FFF_0000;
  private static final int KILL = 0x8000_0000;
  private static final int EPERM = 0x5_0001;
  private static final int ENOSYS = 0x5_0026;
  private static final int SIGCHLD = 17;
  private static final int I386 = 0x4000_0003;
  private static final int STREAM_CLOEXEC = 1 | 0x8_0000;

  @ParameterizedTest
  @EnumSource
  void refusesItsList(Processor processor) {
    assertThat(Stream.of(Syscall.values()).filter(call -> call.verdict() == Verdict.REFUSED))
        .hasSize(8)
        .allSatisfy(call -> assertThat(verdict(processor, call)).isEqualTo(EPERM));
    assertThat(Stream.of(Syscall.values()).filter(call -> call.verdict() == Verdict.FATAL))
        .hasSizeGreaterThan(38)
        .allSatisfy(call -> assertThat(verdict(processor, call)).isEqualTo(KILL));
    assertThat(verdict(processor, Syscall.PTRACE, 16, SyscallFilter.NO_PROCESS)).isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.PTRACE, 0, 1)).isEqualTo(KILL);
    var older = SyscallFilter.withoutClone3(processor);
    assertThat(verdict(older, Syscall.CLONE3.number(processor))).isEqualTo(ENOSYS);
    assertThat(verdict(older, Syscall.CLONE.number(processor))).isEqualTo(ALLOW);
  }

  @ParameterizedTest
  @EnumSource
  void allowsWhatJvmDoes(Processor processor) {
    assertThat(Stream.of(Syscall.EXECVE, Syscall.OPENAT, Syscall.MMAP, Syscall.KILL))
        .allSatisfy(call -> assertThat(verdict(processor, call)).isEqualTo(ALLOW));
    // A thread, a process, a number beyond all tables.
    assertThat(verdict(processor, Syscall.CLONE, 0x3D_0F00)).isEqualTo(ALLOW);
    assertThat(verdict(processor, Syscall.CLONE, 0x4000 | SIGCHLD)).isEqualTo(ALLOW);
    assertThat(verdict(processor.audit(), processor, 900)).isEqualTo(ALLOW);
    assertThat(verdict(processor, Syscall.SENDTO, 3, 0, 4, 0x4000)).isEqualTo(ALLOW);
    assertThat(verdict(processor, Syscall.IOCTL, 1, 0x5413)).isEqualTo(ALLOW);
    assertThat(verdict(processor, Syscall.PRLIMIT64, 0, 7)).isEqualTo(ALLOW);
  }

  @ParameterizedTest
  @EnumSource
  void looksAtArguments(Processor processor) {
    for (int namespace : new int[] {0x2_0000, 0x200_0000, 0x1000_0000, 0x4000_0000}) {
      assertThat(verdict(processor, Syscall.CLONE, namespace | SIGCHLD)).isEqualTo(KILL);
    }
    assertThat(verdict(processor, Syscall.SENDTO, 3, 0, 4, 0x2000_4000)).isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.SENDMSG, 3, 0, 0x2000_0000)).isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.SENDMMSG, 3, 0, 1, 0x2000_0000)).isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.IOCTL, 0, 0x5412)).isEqualTo(KILL);
    assertThat(verdict(processor, Syscall.IOCTL, 0, 0x541C)).isEqualTo(KILL);
    assertThat(verdict(processor, Syscall.PRLIMIT64, 1, 7)).isEqualTo(EPERM);
  }

  @ParameterizedTest
  @EnumSource
  void knowsFourFamiliesOfSockets(Processor processor) {
    for (int family : new int[] {1, 2, 10, 16}) {
      assertThat(verdict(processor, Syscall.SOCKET, family, STREAM_CLOEXEC, 0)).isEqualTo(ALLOW);
    }
    assertThat(verdict(processor, Syscall.SOCKET, 16, 3, 0)).as("netlink").isEqualTo(ALLOW);
    assertThat(verdict(processor, Syscall.SOCKET, 2, STREAM_CLOEXEC, 6)).isEqualTo(ALLOW);
    assertThat(verdict(processor, Syscall.SOCKET, 10, 2, 17)).isEqualTo(ALLOW);

    assertThat(verdict(processor, Syscall.SOCKET, 17, 3, 0)).as("packets").isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.SOCKET, 38, 5, 0)).as("crypto").isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.SOCKET, 40, 1, 0)).as("vsock").isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.SOCKET, 2, 1, 262)).as("MPTCP").isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.SOCKET, 2, 5, 0)).as("SCTP").isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.SOCKET, 10, 3, 6)).as("raw").isEqualTo(EPERM);
    assertThat(verdict(processor, Syscall.SOCKETPAIR, 1, 1, 0)).isEqualTo(ALLOW);
    assertThat(verdict(processor, Syscall.SOCKETPAIR, 30, 1, 0)).isEqualTo(EPERM);
  }

  @ParameterizedTest
  @EnumSource
  void endsForeignNumbering(Processor processor) {
    assertThat(verdict(I386, processor, 1)).isEqualTo(KILL);
    if (processor == Processor.X86_64) {
      assertThat(verdict(processor.audit(), processor, 0x4000_0001)).isEqualTo(KILL);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closesSocketsThatAHostNeedsNoMore(Processor processor) {
    var none = SyscallFilter.withoutSockets(processor, false, false);
    var both = SyscallFilter.withoutSockets(processor, true, true);
    int socket = Syscall.SOCKET.number(processor);
    int pair = Syscall.SOCKETPAIR.number(processor);

    for (int type : new int[] {1, 2, 3, 5, STREAM_CLOEXEC}) {
      assertThat(verdict(none, socket, 1, type, 0)).as("unix").isEqualTo(EPERM);
      assertThat(verdict(both, socket, 1, type, 0)).isEqualTo(ALLOW);
    }
    for (int type : new int[] {2, 3, 5, 2 | 0x8_0000}) {
      assertThat(verdict(none, pair, 1, type, 0)).as("pair").isEqualTo(EPERM);
      assertThat(verdict(none, socket, 2, type, 17)).as("UDP").isEqualTo(EPERM);
      assertThat(verdict(none, socket, 10, type, 17)).as("UDP").isEqualTo(EPERM);
      assertThat(verdict(both, socket, 10, type, 17)).isEqualTo(ALLOW);
    }
    assertThat(verdict(none, pair, 1, STREAM_CLOEXEC, 0)).isEqualTo(ALLOW);
    assertThat(verdict(none, socket, 2, STREAM_CLOEXEC, 6)).as("TCP").isEqualTo(ALLOW);
    assertThat(verdict(none, socket, 16, 3, 0)).as("netlink").isEqualTo(ALLOW);
    assertThat(verdict(none, Syscall.OPENAT.number(processor), 1)).isEqualTo(ALLOW);
  }

  private static int verdict(byte[] program, int number, int... arguments) {
    var call = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    call.putInt(0, number);
    for (int i = 0; i < arguments.length; i++) {
      call.putInt(16 + i * 8, arguments[i]);
    }
    return run(ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN), call);
  }

  private static int verdict(Processor processor, Syscall call, int... arguments) {
    return verdict(processor.audit(), processor, call.number(processor), arguments);
  }

  private static int verdict(int audit, Processor processor, int number, int... arguments) {
    var call = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    call.putInt(0, number).putInt(4, audit);
    for (int i = 0; i < arguments.length; i++) {
      call.putInt(16 + i * 8, arguments[i]);
    }
    return run(
        ByteBuffer.wrap(SyscallFilter.program(processor)).order(ByteOrder.LITTLE_ENDIAN), call);
  }

  private static int run(ByteBuffer program, ByteBuffer call) {
    int value = 0;
    for (int at = 0; ; at++) {
      int code = program.getShort(at * 8);
      int operand = program.getInt(at * 8 + 4);
      boolean jump =
          switch (code) {
            case 0x15 -> value == operand;
            case 0x35 -> Integer.compareUnsigned(value, operand) >= 0;
            case 0x45 -> (value & operand) != 0;
            default -> false;
          };
      switch (code) {
        case 0x20 -> value = call.getInt(operand);
        case 0x54 -> value &= operand;
        case 0x06 -> {
          return operand;
        }
        default -> at += program.get(at * 8 + (jump ? 2 : 3));
      }
    }
  }
}
