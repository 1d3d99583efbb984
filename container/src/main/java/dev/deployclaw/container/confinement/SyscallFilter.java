package dev.deployclaw.container.confinement;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The seccomp filter of a host: a program of classic BPF (seccomp(2)) over number and arguments of
 * each system call. A refused call fails with EPERM. A fatal one, and one in another processor's
 * numbering, ends the process with SIGSYS, which it can't catch. The kernel's audit tells of both.
 *
 * <p>Sockets are of four families: unix, IPv4, IPv6, netlink (the C library lists addresses with
 * it). Of IPv4 and IPv6 only TCP and UDP, because Landlock's port rules know neither MPTCP nor
 * SCTP. Sending with MSG_FASTOPEN is refused: it connects without asking those rules.
 */
final class SyscallFilter {
  /** Bytes of one instruction. */
  static final int INSTRUCTION = 8;

  /** Of ptrace: a process that there can't be, so that {@link IsolationProbe} can ask and live. */
  static final int NO_PROCESS = 1 << 30;

  private static final int LOAD = 0x20;
  private static final int MASK = 0x54;
  private static final int IF_EQUAL = 0x15;
  private static final int IF_AT_LEAST = 0x35;
  private static final int IF_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;

  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int FIRST_ARGUMENT = 16;
  private static final int ARGUMENT = 8;

  private static final int ALLOW = 0x7FFF_0000;
  private static final int KILL_PROCESS = 0x8000_0000;
  private static final int ERROR = 0x0005_0000;
  private static final int REFUSED = ERROR | NativeCall.EPERM;
  private static final int ENOSYS = 38;

  /** System calls of x86-64 with short pointers: the same processor, other numbers. */
  private static final int X32 = 0x4000_0000;

  /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
  private static final int NEW_NAMESPACES = 0x7E02_0000;

  private static final int MSG_FASTOPEN = 0x2000_0000;

  /** Both type into the terminal, as if a person did. */
  private static final int TIOCSTI = 0x5412;

  private static final int TIOCLINUX = 0x541C;

  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int AF_NETLINK = 16;
  private static final int TCP = 6;
  private static final int UDP = 17;

  /** SOCK_NONBLOCK and SOCK_CLOEXEC lie above the type. */
  private static final int TYPE = 0xF;

  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;

  /** One instruction: jumps count from the one that follows. */
  private record Instruction(int code, int onTrue, int onFalse, int operand) {}

  private final Processor processor;
  private final List<Instruction> program = new ArrayList<>();

  private SyscallFilter(Processor processor) {
    this.processor = processor;
  }

  /** The program's bytes as the kernel reads them. Laid after the Landlock rules. */
  static byte[] program(Processor processor) {
    return new SyscallFilter(processor).written();
  }

  /**
   * Says that {@code clone3} is unknown (ENOSYS): its flags lie in memory, where a filter can't
   * look, and the C library then takes {@code clone}, whose flags it can. Apart from {@link
   * #program}, since each process with threads asks, and the audit needn't tell that.
   */
  static byte[] withoutClone3(Processor processor) {
    var filter = new SyscallFilter(processor);
    filter.add(LOAD, 0, 0, NUMBER);
    filter.on(Syscall.CLONE3, ERROR | ENOSYS);
    filter.answer(ALLOW);
    return filter.bytes();
  }

  /**
   * Laid once a host needs these sockets no more. Of pairs of Unix sockets streams stay: others can
   * be connected elsewhere. Laid upon {@link #program}, which has more to say of IPv4 and IPv6.
   */
  static byte[] withoutSockets(Processor processor, boolean unix, boolean names) {
    var filter = new SyscallFilter(processor);
    filter.add(LOAD, 0, 0, NUMBER);
    if (!unix) {
      filter.onValue(Syscall.SOCKET, 0, AF_UNIX, REFUSED);
      filter.allowStreamsOnly(Syscall.SOCKETPAIR, AF_UNIX);
    }
    if (!names) {
      filter.allowStreamsOnly(Syscall.SOCKET, AF_INET);
      filter.allowStreamsOnly(Syscall.SOCKET, AF_INET6);
    }
    filter.answer(ALLOW);
    return filter.bytes();
  }

  private byte[] written() {
    add(LOAD, 0, 0, ARCHITECTURE);
    add(IF_EQUAL, 1, 0, processor.audit());
    answer(KILL_PROCESS);
    add(LOAD, 0, 0, NUMBER);
    if (processor == Processor.X86_64) {
      add(IF_AT_LEAST, 0, 1, X32);
      answer(KILL_PROCESS);
    }
    onValue(Syscall.PTRACE, 1, NO_PROCESS, REFUSED);
    Stream.of(Syscall.values()).forEach(this::always);
    onBits(Syscall.CLONE, 0, NEW_NAMESPACES, KILL_PROCESS);
    onBits(Syscall.SENDTO, 3, MSG_FASTOPEN, REFUSED);
    onBits(Syscall.SENDMSG, 2, MSG_FASTOPEN, REFUSED);
    onBits(Syscall.SENDMMSG, 3, MSG_FASTOPEN, REFUSED);
    onValue(Syscall.IOCTL, 1, TIOCSTI, KILL_PROCESS);
    onValue(Syscall.IOCTL, 1, TIOCLINUX, KILL_PROCESS);
    refuseOtherProcess(Syscall.PRLIMIT64);
    sockets(Syscall.SOCKET);
    sockets(Syscall.SOCKETPAIR);
    answer(ALLOW);
    return bytes();
  }

  private void always(Syscall call) {
    switch (call.verdict()) {
      case ALLOWED -> {}
      case REFUSED -> on(call, REFUSED);
      case FATAL -> on(call, KILL_PROCESS);
    }
  }

  private void on(Syscall call, int verdict) {
    add(IF_EQUAL, 0, 1, call.number(processor));
    answer(verdict);
  }

  private void onBits(Syscall call, int argument, int bits, int verdict) {
    add(IF_EQUAL, 0, 4, call.number(processor));
    argument(argument);
    add(IF_ANY_BIT, 0, 1, bits);
    answer(verdict);
    answer(ALLOW);
  }

  /** Goes on where the argument has another value, with the call's number loaded again. */
  private void onValue(Syscall call, int argument, int value, int verdict) {
    add(IF_EQUAL, 0, 4, call.number(processor));
    argument(argument);
    add(IF_EQUAL, 0, 1, value);
    answer(verdict);
    add(LOAD, 0, 0, NUMBER);
  }

  /** The C library asks for its own process by 0. */
  private void refuseOtherProcess(Syscall call) {
    add(IF_EQUAL, 0, 4, call.number(processor));
    argument(0);
    add(IF_EQUAL, 1, 0, 0);
    answer(REFUSED);
    answer(ALLOW);
  }

  private void allowStreamsOnly(Syscall call, int family) {
    add(IF_EQUAL, 0, 7, call.number(processor));
    argument(0);
    add(IF_EQUAL, 0, 4, family);
    argument(1);
    add(MASK, 0, 0, TYPE);
    add(IF_EQUAL, 1, 0, SOCK_STREAM);
    answer(REFUSED);
    add(LOAD, 0, 0, NUMBER);
  }

  private void sockets(Syscall call) {
    add(IF_EQUAL, 0, 15, call.number(processor));
    argument(0);
    add(IF_EQUAL, 12, 0, AF_UNIX);
    add(IF_EQUAL, 11, 0, AF_NETLINK);
    add(IF_EQUAL, 1, 0, AF_INET);
    add(IF_EQUAL, 0, 8, AF_INET6);
    argument(1);
    add(MASK, 0, 0, TYPE);
    add(IF_EQUAL, 1, 0, SOCK_STREAM);
    add(IF_EQUAL, 0, 4, SOCK_DGRAM);
    argument(2);
    add(IF_EQUAL, 3, 0, 0);
    add(IF_EQUAL, 2, 0, TCP);
    add(IF_EQUAL, 1, 0, UDP);
    answer(REFUSED);
    answer(ALLOW);
  }

  /** The low half; the kernel ignores the high one in all arguments that are looked at here. */
  private void argument(int index) {
    add(LOAD, 0, 0, FIRST_ARGUMENT + index * ARGUMENT);
  }

  private void answer(int verdict) {
    add(RETURN, 0, 0, verdict);
  }

  private void add(int code, int onTrue, int onFalse, int operand) {
    program.add(new Instruction(code, onTrue, onFalse, operand));
  }

  private byte[] bytes() {
    var bytes = ByteBuffer.allocate(program.size() * INSTRUCTION).order(ByteOrder.LITTLE_ENDIAN);
    for (var instruction : program) {
      bytes
          .putShort((short) instruction.code())
          .put((byte) instruction.onTrue())
          .put((byte) instruction.onFalse())
          .putInt(instruction.operand());
    }
    return bytes.array();
  }
}
