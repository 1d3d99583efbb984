package dev.deployclaw.lab.campaign.estate;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Cuts what others have open to another process' Unix sockets, as if the connection had broken: it
 * takes a descriptor of its own to each (pidfd_getfd(2)) and shuts the connection down for both.
 */
record UnixSocketCutter(long pid) {
  private static final long PIDFD_OPEN = 434;
  private static final long PIDFD_GETFD = 438;
  private static final int BOTH_WAYS = 2;

  private static final int STATE = 5;
  private static final int INODE = 6;
  private static final int PATH = 7;
  private static final String CONNECTED = "03";

  private static final MethodHandle SYSCALL =
      function(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle SHUTDOWN =
      function("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  /** Returns how many connections it cut. */
  int cut() throws IOException {
    long process = must("pidfd_open", call(PIDFD_OPEN, pid, 0));
    try {
      var open = connections();
      for (int descriptor : open) {
        int mine = (int) must("pidfd_getfd", call(PIDFD_GETFD, process, descriptor));
        close(mine, shutdown(mine));
      }
      return open.size();
    } finally {
      close((int) process, 0);
    }
  }

  /** The descriptors of those that were accepted: they bear the path that was listened at. */
  private List<Integer> connections() throws IOException {
    var accepted = accepted();
    var out = new ArrayList<Integer>();
    try (var files = Files.list(folder().resolve("fd"))) {
      for (var file : files.toList()) {
        if (accepted.contains(target(file))) {
          out.add(Integer.valueOf(file.getFileName().toString()));
        }
      }
    }
    return out;
  }

  private Set<String> accepted() throws IOException {
    var out = new HashSet<String>();
    for (String line : Files.readAllLines(folder().resolve("net").resolve("unix"))) {
      var words = List.of(line.trim().split("\\s+"));
      if (words.size() > PATH && words.get(STATE).equals(CONNECTED)) {
        out.add("socket:[" + words.get(INODE) + "]");
      }
    }
    return out;
  }

  /** What was closed meanwhile points nowhere. */
  private static String target(Path file) throws IOException {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private Path folder() {
    return Path.of("/proc", Long.toString(pid));
  }

  private static void close(int descriptor, int shut) throws IOException {
    long closed = invoke(CLOSE, descriptor);
    if (shut < 0 || closed < 0) {
      throw new IOException("a connection can't be cut");
    }
  }

  private static int shutdown(int descriptor) throws IOException {
    return (int) invoke(SHUTDOWN, descriptor, BOTH_WAYS);
  }

  private static long call(long number, long first, long second) throws IOException {
    return invoke(SYSCALL, number, first, second, 0L);
  }

  private static long must(String what, long result) throws IOException {
    if (result < 0) {
      throw new IOException(what + " is refused");
    }
    return result;
  }

  private static long invoke(MethodHandle function, Object... arguments) throws IOException {
    try {
      return ((Number) function.invokeWithArguments(arguments)).longValue();
    } catch (Throwable e) {
      throw new IOException("a call of the C library fails", e);
    }
  }

  @SuppressWarnings("restricted") // the C library is what cuts
  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
  }
}
