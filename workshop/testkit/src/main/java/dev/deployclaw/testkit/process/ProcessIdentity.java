package dev.deployclaw.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;

/**
 * One process for good: its number, and the start time that tells it from a later process with the
 * same number. Written as {@code <pid> <start ticks> <boot>} (see proc_pid_stat(5), field 22).
 *
 * @param startTicks clock ticks between the boot and the start of the process
 * @param boot identifies the boot that the ticks count from
 */
record ProcessIdentity(long pid, long startTicks, String boot) {
  private static final Path PROC = Path.of("/proc");
  private static final Path BOOT = PROC.resolve("sys/kernel/random/boot_id");

  /** Fields of /proc/PID/stat counted from the state, the first one after the command's name. */
  private static final int STATE = 0;

  private static final int GROUP = 2;
  private static final int START = 19;

  /** What the file says; nothing when it is absent or was cut short. */
  static Optional<ProcessIdentity> read(Path file) {
    try {
      String[] words = Files.readString(file).strip().split(" ", -1);
      return words.length == 3
          ? Optional.of(
              new ProcessIdentity(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]))
          : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether this very process runs. A zombie does not, once its other threads have ended. */
  boolean alive() {
    List<String> stat = stat(pid);
    boolean ours =
        !stat.isEmpty()
            && Long.parseLong(stat.get(START)) == startTicks
            && boot.equals(currentBoot());
    return ours && (!"ZX".contains(stat.get(STATE)) || hasThreads());
  }

  /** Its first thread may end before others, which still hold its sockets. */
  private boolean hasThreads() {
    try (var threads = Files.list(PROC.resolve(pid + "/task"))) {
      return threads.limit(2).count() > 1;
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  boolean paused() {
    return alive() && stat(pid).getFirst().equals("T");
  }

  /**
   * Whether the number now belongs to another process or to nobody, so that signalling it, or the
   * group it led, could hit a stranger.
   */
  boolean recycled() {
    List<String> stat = stat(pid);
    boolean taken = !stat.isEmpty() && Long.parseLong(stat.get(START)) != startTicks;
    return taken || !boot.equals(currentBoot());
  }

  /** Processes of the group that this one led which work in the folder; also when it is dead. */
  List<Long> groupIn(Path folder) {
    try (var processes = Files.list(PROC)) {
      return processes
          .map(path -> path.getFileName().toString())
          .filter(name -> Character.isDigit(name.charAt(0)))
          .map(Long::valueOf)
          .filter(member -> leads(member) && worksIn(member, folder))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean leads(long member) {
    List<String> stat = stat(member);
    return !stat.isEmpty()
        && !"ZX".contains(stat.get(STATE))
        && Long.parseLong(stat.get(GROUP)) == pid;
  }

  /** The folder may have been removed since. */
  private static boolean worksIn(long process, Path folder) {
    try {
      Path real = Files.exists(folder) ? folder.toRealPath() : folder;
      String works = Files.readSymbolicLink(PROC.resolve(process + "/cwd")).toString();
      return works.equals(real.toString()) || works.equals(real + " (deleted)");
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> stat(long process) {
    try {
      String line = Files.readString(PROC.resolve(process + "/stat"));
      return List.of(line.substring(line.lastIndexOf(')') + 2).strip().split(" ", -1));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String currentBoot() {
    return Failable.get(() -> Files.readString(BOOT).strip());
  }
}
