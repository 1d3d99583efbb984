package dev.deployclaw.container.confinement;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * A program that runs behind the wall. Opens a socket to listen on, and one to try Landlock's
 * scope, gives up the others as its arguments say, and reads attempts from standard input, one a
 * line, tab separated: what to do, and its arguments. Answers each with one line: {@code allowed},
 * or the kernel's error.
 */
final class EscapeAttempts {
  private static final int PIDFD_OPEN = 434;
  private static final int PIDFD_SEND_SIGNAL = 424;
  private static final int AT_FDCWD = -100;
  private static final int O_RDWR_APPEND = 2 | 0x400;
  private static final int PTRACE_ATTACH = 16;

  /** Asks whether another could be sent. */
  private static final int NO_SIGNAL = 0;

  private static final int KEYCTL_GET_KEYRING_ID = 0;
  private static final int SESSION_KEYRING = -3;
  private static final int CLONE_NEWUSER = 0x1000_0000;

  /** Never granted together with a new user namespace: the call fails where no filter stops it. */
  private static final int CLONE_FS = 0x200;

  private static final int MSG_FASTOPEN = 0x2000_0000;
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;

  /** Of the Unix kind, the same as one of datagrams. */
  private static final int RAW = 3;

  private static final int MPTCP = 262;
  private static final int TIOCSTI = 0x5412;
  private static final int EFAULT = 14;
  private static final Processor PROCESSOR = Processor.here().orElseThrow();
  private static final int TRUNCATE = PROCESSOR == Processor.X86_64 ? 76 : 45;
  private static final int SETUID = PROCESSOR == Processor.X86_64 ? 105 : 146;

  private final NativeCall kernel = new NativeCall(PROCESSOR, Arena.global());

  private final long listening = kernel.call(Syscall.SOCKET, AF_UNIX, STREAM, 0);
  private final long spare = kernel.call(Syscall.SOCKET, AF_UNIX, STREAM, 0);

  private EscapeAttempts() {}

  /** With the fields of a {@link SocketFilter}, or nothing. */
  public static void main(String[] arguments) throws IOException {
    var attempts = new EscapeAttempts();
    if (arguments.length > 0) {
      new SocketFilter(Boolean.parseBoolean(arguments[0]), Boolean.parseBoolean(arguments[1]))
          .lay();
    }
    var given = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = given.readLine()) != null; ) {
      String outcome;
      try {
        outcome = attempts.outcome(List.of(line.split("\t", -1)));
      } catch (AccessDeniedException e) {
        outcome = "EACCES";
      } catch (Throwable e) {
        outcome = word(String.valueOf(e.getMessage()));
      }
      System.out.println(outcome);
      System.out.flush();
    }
  }

  private String outcome(List<String> attempt) throws Exception {
    String argument = attempt.size() > 1 ? attempt.get(1) : "";
    return switch (attempt.getFirst()) {
      case "read" -> kernel(Syscall.OPENAT, AT_FDCWD, kernel.text(argument), 0);
      case "append" -> kernel(Syscall.OPENAT, AT_FDCWD, kernel.text(argument), O_RDWR_APPEND);
      case "write" -> java(() -> Files.writeString(Path.of(argument), "written"));
      case "symlink" -> readThroughSymlink(Path.of(argument), Path.of(attempt.get(2)));
      case "hardlink" -> java(() -> Files.createLink(Path.of(argument), Path.of(attempt.get(2))));
      case "move" -> java(() -> Files.move(Path.of(attempt.get(2)), Path.of(argument)));
      case "chmod" -> java(() -> Files.setPosixFilePermissions(Path.of(argument), Set.of()));
      case "truncate" -> errorOf(kernel.call(TRUNCATE, kernel.text(argument), 0));
      case "connect" -> java(() -> connect(Integer.parseInt(argument)));
      case "listen" -> java(() -> ServerSocketChannel.open().bind(new InetSocketAddress(0)));
      case "unix" -> java(() -> SocketChannel.open(UnixDomainSocketAddress.of(argument)));
      case "listening" -> errorOf(AbstractSocket.connectByListening(kernel, listening, argument));
      case "pair" -> pair();
      case "udp" -> kernel(Syscall.SOCKET, AF_INET, DATAGRAM, 0);
      case "resolve" -> java(() -> InetAddress.getByName(argument));
      case "fastopen" -> fastOpen(Integer.parseInt(argument));
      case "mptcp" -> kernel(Syscall.SOCKET, AF_INET, STREAM, MPTCP);
      case "exec" -> execute(attempt.subList(1, attempt.size()));
      case "load" -> java(() -> load(argument));
      case "memfd" -> memoryProgram(Path.of(argument));
      case "kill" -> kernel(Syscall.KILL, Long.parseLong(argument), NO_SIGNAL);
      case "ptrace" -> kernel(Syscall.PTRACE, PTRACE_ATTACH, Long.parseLong(argument));
      case "limits" -> kernel(Syscall.PRLIMIT64, Long.parseLong(argument), 7);
      case "mount" -> kernel(Syscall.MOUNT, 0, 0, 0, 0, 0);
      case "unshare" -> kernel(Syscall.UNSHARE, 0);
      case "clone" -> kernel(Syscall.CLONE, CLONE_NEWUSER | CLONE_FS, 0);
      case "keyctl" -> kernel(Syscall.KEYCTL, KEYCTL_GET_KEYRING_ID, SESSION_KEYRING, 1);
      case "bpf" -> kernel(Syscall.BPF, 0, 0, 0);
      case "landlock" -> kernel(Syscall.LANDLOCK_CREATE_RULESET, 0, 0, 1);
      case "io_uring" -> kernel(Syscall.IO_URING_SETUP, 1, 0);
      case "execveat" -> kernel(Syscall.EXECVEAT, AT_FDCWD, kernel.text(argument), 0, 0, 0);
      case "type" -> kernel(Syscall.IOCTL, 0, TIOCSTI, kernel.text("x"));
      case "memory" -> kernel(Syscall.PROCESS_VM_READV, Long.parseLong(argument), 0, 0, 0, 0, 0);
      case "mark" -> kernel(Syscall.ADJTIMEX, 0);
      case "pidfd" -> errorOf(kernel.call(PIDFD_SEND_SIGNAL, pidfd(argument), NO_SIGNAL, 0, 0));
      case "call" -> numbered(attempt.subList(1, attempt.size()));
      case "setuid" -> errorOf(kernel.call(SETUID, 0));
      case "abstract" -> errorOf(AbstractSocket.connect(kernel, spare, argument));
      case "report" -> report(Path.of(argument));
      default -> throw new IllegalArgumentException(attempt.getFirst());
    };
  }

  private long pidfd(String process) {
    return kernel.call(PIDFD_OPEN, Long.parseLong(process), 0);
  }

  /** By its number; an argument that is none is a text, an empty one the place of zeros. */
  private String numbered(List<String> words) {
    long[] arguments =
        words.stream()
            .mapToLong(
                w -> w.matches("-?\\d+") ? Long.parseLong(w) : kernel.text(w + "\0".repeat(128)))
            .toArray();
    return errorOf(kernel.call(arguments[0], Arrays.copyOfRange(arguments, 1, arguments.length)));
  }

  private String kernel(Syscall call, long... arguments) {
    return errorOf(kernel.call(call, arguments));
  }

  private static String errorOf(long value) {
    return value >= 0 ? "allowed" : value == -EFAULT ? "EFAULT" : NativeCall.error(value);
  }

  private static String java(Callable<?> action) throws Exception {
    action.call();
    return "allowed";
  }

  private String readThroughSymlink(Path link, Path target) throws IOException {
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, target);
    return kernel(Syscall.OPENAT, AT_FDCWD, kernel.text(link.toString()), 0);
  }

  private static int connect(int port) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (var channel = SocketChannel.open(address)) {
      return channel.write(ByteBuffer.wrap("PING\r\n".getBytes(StandardCharsets.US_ASCII)));
    }
  }

  /** Connects by sending: Landlock isn't asked. */
  private String fastOpen(int port) {
    long socket = kernel.call(Syscall.SOCKET, AF_INET, STREAM, 0);
    var address = kernel.allocate(16);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
    address.set(ValueLayout.JAVA_SHORT, 2, Short.reverseBytes((short) port));
    address.set(ValueLayout.JAVA_INT, 4, Integer.reverseBytes(0x7F00_0001));
    long text = kernel.text("PING");
    return kernel(Syscall.SENDTO, socket, text, 4, MSG_FASTOPEN, address.address(), 16);
  }

  /** Of datagrams: either end could be connected to any other socket. */
  private String pair() {
    return kernel(Syscall.SOCKETPAIR, AF_UNIX, RAW, 0, kernel.allocate(8).address());
  }

  private static String execute(List<String> command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? "allowed" : word(said);
  }

  @SuppressWarnings("restricted")
  private static Path load(String library) {
    System.load(library);
    return Path.of(library);
  }

  /** A program that lies in no folder: a file in memory, executed by its descriptor. */
  private String memoryProgram(Path program) throws Exception {
    long file = kernel.call(Syscall.MEMFD_CREATE, kernel.text("program"), 0);
    if (file < 0) {
      return NativeCall.error(file);
    }
    String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + file;
    Files.write(Path.of(path), Files.readAllBytes(program));
    return execute(List.of(path, "-c", "true"));
  }

  private static String report(Path writable) {
    var text = new StringBuilder();
    for (var layer : IsolationProbe.report(List.of(writable))) {
      text.append(layer.name()).append('=').append(layer.enforced()).append(' ');
      text.append(layer.detail()).append(';');
    }
    return text.toString();
  }

  /** The kernel's error by the words of the C library. */
  private static String word(String said) {
    if (said.contains("Permission denied")) {
      return "EACCES";
    }
    if (said.contains("failed to map segment") || said.contains("Operation not permitted")) {
      return "EPERM";
    }
    if (said.contains("cross-device")) {
      return "EXDEV";
    }
    return "failed: " + said.strip().replace('\n', ' ');
  }
}
