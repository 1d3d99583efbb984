package dev.deployclaw.testkit.process;

import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.commons.lang3.function.Failable;
import org.jspecify.annotations.Nullable;

/**
 * A process started in a folder of its own, with its output in {@code <name>.log}, known by {@code
 * <name>.pid}. It leads a process group, so signals reach the workers it forks too. The file is
 * written by the process itself before it becomes the program: after any crash, what was started
 * can be stopped by {@link #adopt}. A number that a stranger has got since is never signalled. Safe
 * for use by several threads, except for its restarts.
 */
public final class DaemonProcess implements DaemonHandle {
  /** After the name of the command, which may hold anything, stands the state. */
  private static final char NAME_END = ')';

  private static final String NOT_RUNNING = "TtZX";
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration TERM = Duration.ofSeconds(5);
  private static final Duration KILL = Duration.ofSeconds(10);
  private static final int DEPTH = 8;

  /**
   * Tells who it is (see {@link ProcessIdentity}), then becomes the leader of a group and the
   * program.
   */
  private static final String SHELL =
      """
      read -r stat </proc/$$/stat && read -r boot </proc/sys/kernel/random/boot_id || exit 70
      ticks=$(set -- ${stat##*) }; shift 19; echo "$1")
      pidfile=$1; setsid=$2; shift 2
      echo "$$ $ticks $boot" >"$pidfile" && exec "$setsid" "$@"
      """;

  private static final Set<DaemonProcess> OWNED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OWNED.forEach(DaemonProcess::kill), "stop-daemons"));
  }

  private volatile LaunchSpec launch;
  private volatile ProcessIdentity id;

  private DaemonProcess(LaunchSpec launch, ProcessIdentity id) {
    this.launch = launch;
    this.id = id;
  }

  /** Starts it, unless its name runs already; it stops with this JVM unless it is left. */
  public static DaemonProcess start(LaunchSpec launch) {
    if (ProcessIdentity.read(launch.pidFile()).filter(ProcessIdentity::alive).isPresent()) {
      throw new IllegalStateException(launch.pidFile() + " names a running process");
    }
    launch.save();
    DaemonProcess daemon = new DaemonProcess(launch, spawn(launch));
    OWNED.add(daemon);
    return daemon;
  }

  /** The process that the file names, dead or alive; nothing if the file isn't whole. */
  public static Optional<DaemonProcess> adopt(Path pidFile) {
    Path file = pidFile.toAbsolutePath().normalize();
    String name = file.getFileName().toString().replaceFirst("\\.pid$", "");
    var folder = Objects.requireNonNull(file.getParent());
    return ProcessIdentity.read(file)
        .flatMap(id -> LaunchSpec.find(folder, name).map(launch -> new DaemonProcess(launch, id)));
  }

  public static DaemonProcess adoptNamed(Path folder, String name) {
    return adopt(folder.resolve(name + ".pid"))
        .orElseThrow(() -> new IllegalStateException("no " + name + " was started in " + folder));
  }

  /** All daemons whose files lie under the folder, at any depth; what vanishes meanwhile isn't. */
  public static List<DaemonProcess> adoptAll(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    var found = new ArrayList<DaemonProcess>();
    return Failable.get(() -> {
      Files.walkFileTree(folder, Set.of(), DEPTH, new LaunchFiles(found));
      return List.copyOf(found);
    });
  }

  /** Adopts what it comes by. */
  private static final class LaunchFiles extends SimpleFileVisitor<Path> {
    private final List<DaemonProcess> found;

    LaunchFiles(List<DaemonProcess> found) {
      this.found = found;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (file.toString().endsWith(".launch")) {
        adopt(Path.of(file.toString().replaceFirst("\\.launch$", ".pid"))).ifPresent(found::add);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }

  @Override
  public long pid() {
    return id.pid();
  }

  @Override
  public LaunchSpec launch() {
    return launch;
  }

  public Path pidFile() {
    return launch.pidFile();
  }

  @Override
  public boolean alive() {
    return id.alive();
  }

  @Override
  public boolean paused() {
    return id.paused();
  }

  @Override
  public SortedSet<Integer> ports() {
    return alive() ? ListeningPorts.ports(pid()) : Collections.emptySortedSet();
  }

  @Override
  public void kill() {
    OWNED.remove(this);
    if (alive()) {
      SystemTool.signal("KILL", group());
      BoundedWait.until(launch.name() + " (" + pid() + ") is gone", KILL, () -> !alive());
    } else {
      killOrphans();
    }
  }

  /**
   * Sends SIGSTOP, and waits until each thread has heeded it: from then on it keeps its connections
   * and answers nothing.
   */
  @Override
  public void pause() {
    signal("STOP");
    if (alive()) {
      BoundedWait.until(name() + " is stopped", KILL, () -> standStill(pid()));
      id.groupIn(launch.folder())
          .forEach(pid -> BoundedWait.until(pid + " is stopped", KILL, () -> standStill(pid)));
    }
  }

  @Override
  public void resume() {
    signal("CONT");
  }

  /** Sends SIGHUP to the process alone, which for many servers means: read your files again. */
  @Override
  public void hangUp() {
    if (alive()) {
      SystemTool.signal("HUP", Long.toString(pid()));
    }
  }

  @Override
  public void leave() {
    OWNED.remove(this);
  }

  @Override
  public void restart() {
    kill();
    id = spawn(launch);
    OWNED.add(this);
  }

  /**
   * Kills what is left of it and starts it by another command, until {@link #restartAsBefore}. The
   * first command is kept beside its files.
   */
  public void restartBy(UnaryOperator<List<String>> command) {
    kill();
    launch = launch.changed(command);
    id = spawn(launch);
    OWNED.add(this);
  }

  /** Whether it was started by another command than its own. */
  public boolean changed() {
    return launch.isChanged();
  }

  /** Kills what is left of it and starts it by its own command again. */
  public void restartAsBefore() {
    kill();
    launch = launch.original();
    id = spawn(launch);
    OWNED.add(this);
  }

  @Override
  public void close() {
    end(TERM);
  }

  public void end(Duration grace) {
    if (alive()) {
      SystemTool.signal("TERM", Long.toString(pid()));
      SystemTool.signal("CONT", group());
      BoundedWait.cameTrue(grace, () -> !alive());
    }
    kill();
  }

  /** Ends it and removes the files by which it could be adopted; its log stays. */
  public void forget() {
    close();
    launch.delete();
  }

  public String option(String start) {
    return launch.command().stream()
        .filter(word -> word.startsWith(start))
        .map(word -> word.substring(start.length()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(launch.name() + " has no " + start));
  }

  private static ProcessIdentity spawn(LaunchSpec launch) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", SHELL, launch.name()));
    command.addAll(List.of(launch.pidFile().toString(), ExecutableFinder.find("setsid")));
    command.addAll(launch.command());
    Failable.run(() -> Files.deleteIfExists(launch.pidFile()));
    var process =
        CommandRunner.of(command)
            .in(launch.folder())
            .with(launch.environment())
            .start(Redirect.appendTo(launch.log().toFile()));
    return awaitId(launch, process);
  }

  /** A signal reaches its group once that is there, which is after its number was written. */
  private static ProcessIdentity awaitId(LaunchSpec launch, Process process) {
    var file = launch.pidFile();
    BoundedWait.until(
        launch.name() + " leads the group of " + file,
        START,
        () ->
            !process.isAlive()
                || ProcessIdentity.read(file).filter(i -> i.leads(i.pid())).isPresent());
    return ProcessIdentity.read(file)
        .orElseThrow(
            () -> new IllegalStateException(launch.name() + " ended, see " + launch.log()));
  }

  private void signal(String name) {
    if (alive()) {
      SystemTool.signal(name, group());
    }
  }

  /** Workers that the process left behind when it died, like NGINX's. */
  private void killOrphans() {
    if (!id.recycled()) {
      id.groupIn(launch.folder())
          .forEach(orphan -> SystemTool.signal("KILL", Long.toString(orphan)));
    }
  }

  private String group() {
    return "-" + pid();
  }

  /** Whether none of them runs any more: stopped, or gone. */
  private static boolean standStill(long pid) {
    var tasks = Path.of("/proc", Long.toString(pid), "task");
    try (var threads = Files.list(tasks)) {
      return threads.allMatch(DaemonProcess::standsStill);
    } catch (IOException e) {
      return true; // the process is gone
    }
  }

  private static boolean standsStill(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      return NOT_RUNNING.indexOf(stat.charAt(stat.lastIndexOf(NAME_END) + 2)) >= 0;
    } catch (IOException e) {
      return true; // it ended meanwhile
    }
  }
}
