package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tries each layer of the wall from inside, and reads what the kernel says of each thread. Takes
 * tens of milliseconds; leaves nothing behind. Needs {@code --enable-native-access}.
 */
public final class IsolationProbe {
  /** Programs of which one is on nearly every machine, for everybody to execute. */
  private static final List<String> PROGRAMS = List.of("/bin/true", "/usr/bin/true", "/bin/sh");

  /** Tcpmux: no policy has it. */
  private static final int FOREIGN_PORT = 1;

  private static final int AT_FDCWD = -100;
  private static final int PROT_READ_EXEC = 1 | 4;
  private static final int MAP_PRIVATE = 2;
  private static final int PAGE = 4096;
  private static final int PTRACE_ATTACH = 16;

  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;

  /** Bounded by a rule for ports, which the layer {@code tcp} tries. */
  private static final Set<String> NARROW = Set.of("net_bind_service");

  private final List<Path> writable;
  private final List<IsolationLayer> layers = new ArrayList<>();

  private IsolationProbe(List<Path> writable) {
    this.writable = writable;
  }

  /**
   * Each layer, in a fixed order.
   *
   * @param writable the folders that the process may write
   */
  public static List<IsolationLayer> report(List<Path> writable) {
    return new IsolationProbe(writable).examined();
  }

  /**
   * The layers that a start laid around a process, as who started it sees them: what the kernel
   * says of its threads, and what the start said. The process can't feign them. Its user must be
   * another than this one's.
   *
   * @param said the gaps, by layer: each counts
   */
  public static List<IsolationLayer> ofProcess(long pid, Map<String, String> said) {
    var probe = new IsolationProbe(List.of());
    probe.threads(Long.toString(pid), List.of("0", Integer.toString(StartRights.here().uid())));
    Stream.concat(IsolationLayer.AROUND_PROGRAMS.stream(), said.keySet().stream())
        .distinct()
        .skip(probe.layers.size())
        .forEach(name -> probe.add(name, true, "laid at the start"));
    said.forEach(probe::open);
    return List.copyOf(probe.layers);
  }

  private List<IsolationLayer> examined() {
    threads("self", List.of("0"));
    files();
    exec();
    tcp();
    var processor = Processor.here();
    if (processor.isPresent()) {
      try (var memory = Arena.ofConfined()) {
        var kernel = new NativeCall(processor.get(), memory);
        library(kernel);
        ptrace(kernel);
        signals(kernel);
        sockets(kernel);
      }
    } else {
      Stream.of("library", "ptrace", "signals", "unix", "udp")
          .forEach(name -> add(name, false, "not tried, unknown processor"));
    }
    if (layers.stream().anyMatch(l -> l.name().equals("ptrace") && !l.enforced())) {
      open("seccomp", "a filter, but none that refuses ptrace");
    }
    return List.copyOf(layers);
  }

  /**
   * @param process its id, or {@code self}
   * @param others users who are none of its own
   */
  private void threads(String process, List<String> others) {
    List<ThreadRights> threads;
    try {
      threads = ThreadRights.all(process);
    } catch (IOException e) {
      IsolationLayer.OF_THREADS.forEach(
          name -> add(name, false, "not known, no thread's status can be read"));
      return;
    }
    String on = " on %d threads".formatted(threads.size());
    var users = threads.stream().map(ThreadRights::uids).collect(Collectors.toSet());
    boolean own =
        users.stream().flatMap(u -> Stream.of(u.split("\\s+", -1))).noneMatch(others::contains);
    add(
        "user",
        own,
        "user %s%s%s"
            .formatted(String.join(", and ", users), on, own ? "" : ", root or the agent's own"));
    var held = new TreeSet<String>();
    threads.forEach(thread -> held.addAll(thread.held()));
    add(
        "capabilities",
        NARROW.containsAll(held),
        (held.isEmpty() ? "none" : String.join(" ", held)) + on);
    onAll("no-new-privileges", "set", threads, ThreadRights::noNewPrivileges);
    onAll("seccomp", "a filter", threads, ThreadRights::filtered);
  }

  private void onAll(
      String name, String what, List<ThreadRights> threads, Predicate<ThreadRights> has) {
    long having = threads.stream().filter(has).count();
    boolean all = having == threads.size();
    add(name, all, "%s on %d of %d threads".formatted(what, having, threads.size()));
  }

  private void files() {
    try (var _ = Files.newDirectoryStream(Path.of("/"))) {
      add("files", false, "may list /");
    } catch (AccessDeniedException e) {
      add("files", true, "list /: EACCES");
    } catch (IOException e) {
      add("files", false, "list /: " + e.getMessage());
    }
  }

  private void exec() {
    Optional<String> program =
        PROGRAMS.stream().filter(path -> Files.isExecutable(Path.of(path))).findFirst();
    if (program.isEmpty()) {
      add("exec", false, "not known, there is no program to try");
      return;
    }
    try {
      new ProcessBuilder(program.get(), "-c", "true").start().destroy();
      add("exec", false, "may execute " + program.get());
    } catch (IOException e) {
      boolean refused = refused(e);
      add("exec", refused, program.get() + ": " + (refused ? "EACCES" : e.getMessage()));
    }
  }

  private void tcp() {
    var loopback = InetAddress.getLoopbackAddress();
    var open = new ArrayList<String>();
    try (var channel = SocketChannel.open()) {
      channel.connect(new InetSocketAddress(loopback, FOREIGN_PORT));
      open.add("may connect to port " + FOREIGN_PORT);
    } catch (IOException e) {
      if (!refused(e)) {
        open.add("may connect to port " + FOREIGN_PORT + ": " + e.getMessage());
      }
    }
    try (var server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(loopback, 0));
      open.add("may listen on any free port");
    } catch (IOException e) {
      if (!refused(e)) {
        open.add("may listen: " + e.getMessage());
      }
    }
    add(
        "tcp",
        open.isEmpty(),
        open.isEmpty() ? "connect to a foreign port, listen: EACCES" : String.join(", ", open));
  }

  private void library(NativeCall kernel) {
    for (Path folder : writable) {
      String open = codeFrom(folder, kernel);
      if (!open.isEmpty()) {
        add("library", false, open);
        return;
      }
    }
    add("library", true, "map code from writable folders: EPERM");
  }

  /** Maps a file as code, as loading a library does. Empty where that is refused. */
  private static String codeFrom(Path folder, NativeCall kernel) {
    long opened;
    try {
      var file = Files.createTempFile(folder, "isolation", ".so");
      try {
        Files.write(file, new byte[PAGE]);
        opened = kernel.call(Syscall.OPENAT, AT_FDCWD, kernel.text(file.toString()), 0);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      return "not known, cannot write to " + folder;
    }
    long mapped = kernel.call(Syscall.MMAP, 0, PAGE, PROT_READ_EXEC, MAP_PRIVATE, opened, 0);
    if (mapped > 0) {
      kernel.call(Syscall.MUNMAP, mapped, PAGE);
    }
    kernel.call(Syscall.CLOSE, opened);
    if (mapped == -NativeCall.EPERM) {
      return "";
    }
    return mapped < 0
        ? "map code from " + folder + ": " + NativeCall.error(mapped)
        : "may map code from " + folder;
  }

  /** Without the filter the error is another: no such process. */
  private void ptrace(NativeCall kernel) {
    refusal(
        "ptrace", "ptrace", kernel.call(Syscall.PTRACE, PTRACE_ATTACH, SyscallFilter.NO_PROCESS));
  }

  /** Signal 0 asks only whether another could be sent. */
  private void signals(NativeCall kernel) {
    long parent = kernel.call(Syscall.GETPPID);
    if (parent == 0) {
      add("signals", true, "the parent is in another process namespace");
      return;
    }
    refusal("signals", "signal the parent", kernel.call(Syscall.KILL, parent, 0));
  }

  private void sockets(NativeCall kernel) {
    socket(kernel, "unix", AF_UNIX, STREAM);
    socket(kernel, "udp", AF_INET, DATAGRAM);
  }

  private void socket(NativeCall kernel, String name, int family, int type) {
    long opened = kernel.call(Syscall.SOCKET, family, type, 0);
    refusal(name, "open a %s socket to any address".formatted(name), opened);
    if (opened >= 0) {
      kernel.call(Syscall.CLOSE, opened);
    }
  }

  private void refusal(String name, String attempt, long value) {
    add(
        name,
        value == -NativeCall.EPERM || value == -NativeCall.EACCES,
        value < 0 ? attempt + ": " + NativeCall.error(value) : "may " + attempt);
  }

  /** Of a layer for which another spoke. */
  private void open(String name, String why) {
    layers.replaceAll(
        l -> l.enforced() && l.name().equals(name) ? new IsolationLayer(name, false, why) : l);
  }

  private void add(String name, boolean enforced, String detail) {
    layers.add(new IsolationLayer(name, enforced, detail));
  }

  /** Java has no other mark of EACCES than the C library's words. */
  private static boolean refused(IOException e) {
    return String.valueOf(e.getMessage()).contains("Permission denied");
  }
}
