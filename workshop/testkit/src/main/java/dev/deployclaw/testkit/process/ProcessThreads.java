package dev.deployclaw.testkit.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The threads of a process, as the kernel tells of them. */
final class ProcessThreads {
  /** After the name of the command, which may hold anything, stands the state. */
  private static final char NAME_END = ')';

  private static final String NOT_RUNNING = "TtZX";

  private ProcessThreads() {}

  /** Whether none of them runs any more: stopped, or gone. */
  static boolean standStill(long pid) {
    var tasks = Path.of("/proc", Long.toString(pid), "task");
    try (var threads = Files.list(tasks)) {
      return threads.allMatch(ProcessThreads::standsStill);
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
