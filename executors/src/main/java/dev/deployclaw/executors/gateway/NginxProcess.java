package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.executors.nginx.FolderHandle;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The running NGINX of a gateway, its master process and the workers below it: seen through {@code
 * /proc} (Linux), or as the gateway's own watcher reports them.
 *
 * @param watcher where the agent may not see and signal it itself
 */
record NginxProcess(long pid, Optional<ExternalReloader> watcher) {
  private static final Path PROC = Path.of("/proc");
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,8}");
  private static final String WORKER = "nginx: worker process";
  private static final int START_TIME = 19;

  /** A process may make its own as long as its memory. */
  private static final int LONGEST_TITLE = 64 * 1024;

  private static final Duration START = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** A worker process; its start, in clock ticks, tells it from a later process of that number. */
  record Worker(long pid, String start, boolean leaving) {
    String mark() {
      return pid + ":" + start;
    }
  }

  /**
   * The master that the pid file names, if it is NGINX and was started for this folder: a number
   * left behind may belong to anybody by now.
   */
  static Optional<NginxProcess> of(FileGateway gateway) throws IOException {
    if (gateway.watcher().isPresent()) {
      return ExternalReloader.of(gateway, gateway.watcher().get())
          .map(w -> new NginxProcess(w.pid(), Optional.of(w)));
    }
    String written =
        FolderHandle.fileAt(gateway.pidFile()).map(NginxProcess::text).orElse("").strip();
    if (!NUMBER.matcher(written).matches()) {
      return Optional.empty();
    }
    var master = new NginxProcess(Long.parseLong(written), Optional.empty());
    String title = title(master.pid);
    return title.startsWith("nginx: master process") && title.contains(gateway.folder().toString())
        ? Optional.of(master)
        : Optional.empty();
  }

  /** What to say, and to do, where there is none. */
  static String missing(FileGateway gateway) {
    if (gateway.watcher().isPresent()) {
      return "no watcher reports a running NGINX in %s: start the gateway by container/compose/gateway.sh"
          .formatted(gateway.watcher().get().resolve(ExternalReloader.REPORT));
    }
    return "no NGINX of "
        + gateway.folder()
        + " runs under the number in "
        + gateway.pidFile()
        + ": start it with -c "
        + gateway.folder()
        + "/live/nginx.conf";
  }

  List<Worker> workers() throws IOException {
    if (watcher.isPresent()) {
      return watcher.get().workers();
    }
    var children =
        ProcessHandle.of(pid).stream().flatMap(ProcessHandle::children).map(ProcessHandle::pid);
    var workers = new ArrayList<Worker>();
    for (long child : children.toList()) {
      String title = title(child);
      if (title.startsWith(WORKER)) {
        workers.add(
            new Worker(child, start(child), title.startsWith(WORKER + " is shutting down")));
      }
    }
    return workers;
  }

  /** The workers' marks in one line, to be compared with later ones. */
  String marks() throws IOException {
    return workers().stream().map(Worker::mark).collect(Collectors.joining(" "));
  }

  /** Whether a worker came since. */
  boolean renewed(String marksBefore) throws IOException {
    if (watcher.isPresent() && !watcher.get().hasActed()) {
      return false;
    }
    var before = Set.copyOf(Arrays.asList(marksBefore.split(" ", -1)));
    return workers().stream().anyMatch(w -> !before.contains(w.mark()));
  }

  /** Workers of an older file: those on their way out, and those that were there before. */
  List<Worker> stale(String marksBefore) throws IOException {
    if (watcher.isPresent() && !watcher.get().hasActed()) {
      return workers();
    }
    var before = Set.copyOf(Arrays.asList(marksBefore.split(" ", -1)));
    return workers().stream().filter(w -> w.leaving() || before.contains(w.mark())).toList();
  }

  /**
   * Waits until a worker runs, for some seconds at most. NGINX notes a signal that comes between
   * its pid file and its first worker, and acts on it only when the next signal comes ({@code
   * ngx_master_process_cycle}).
   *
   * @return whether one runs
   */
  boolean awaitStarted() throws IOException, InterruptedException {
    return RetryPolicy.within(START, PAUSE).until(running -> running, this::runs);
  }

  /** What a watcher reports now, which may be more than it did. */
  private boolean runs() throws IOException {
    return watcher.isPresent() ? watcher.get().reportsWorkers() : !workers().isEmpty();
  }

  /** Asks it to read its file again. */
  void reload() throws IOException {
    if (watcher.isPresent()) {
      watcher.get().ask();
    } else {
      ProcessSignal.hangUp(pid);
    }
  }

  /** NGINX writes its title over its arguments, padded with zeros; gone is empty. */
  private static String title(long pid) {
    return text(PROC.resolve(Long.toString(pid)).resolve("cmdline")).replace('\0', ' ').strip();
  }

  /** Field 22 of {@code stat}, counted behind the name in parentheses (proc(5)). */
  private static String start(long pid) {
    String stat = text(PROC.resolve(Long.toString(pid)).resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return fields.length > START_TIME ? fields[START_TIME] : "";
  }

  /** Of a process; gone is empty. */
  private static String text(Path file) {
    try (var in = Files.newInputStream(file)) {
      return text(in.readNBytes(LONGEST_TITLE));
    } catch (IOException e) {
      return "";
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Sends SIGHUP by {@code kill(2)}, which the JDK has no method for. No program is started: a
   * confined process may execute none but the gateway's own.
   */
  private static final class ProcessSignal {
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
}
