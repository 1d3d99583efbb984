package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the kernel says of one thread's rights, by its {@code status} file (proc(5)).
 *
 * @param uids real, effective, saved and file user
 * @param effective capabilities that it has, by bit
 * @param permitted those that it can take up at any time, by bit
 * @param noNewPrivileges executing a program gives it no right
 * @param filtered whether a seccomp filter is on it
 */
record ThreadRights(
    String uids, long effective, long permitted, boolean noNewPrivileges, boolean filtered) {
  private static final String FILTER = "2";

  /**
   * Of each thread of a process.
   *
   * @param process its id, or {@code self}
   * @throws IOException where it can't be known, or there is none: it has just ended
   */
  static List<ThreadRights> all(String process) throws IOException {
    var threads = new ArrayList<ThreadRights>();
    try (var tasks = Files.newDirectoryStream(Path.of("/proc", process, "task"))) {
      for (var task : tasks) {
        try {
          threads.add(of(Files.readAllLines(task.resolve("status"))));
        } catch (IOException e) {
          // A thread that ended meanwhile has no status.
          if (Files.exists(task)) {
            throw e;
          }
        }
      }
    }
    if (threads.isEmpty()) {
      throw new IOException("process " + process + " has no thread");
    }
    return threads;
  }

  static ThreadRights of(List<String> status) {
    Map<String, String> values = new HashMap<>();
    for (String line : status) {
      String[] pair = line.split(":\\s*", 2);
      values.put(pair[0], pair[pair.length - 1]);
    }
    return new ThreadRights(
        values.getOrDefault("Uid", "?").replaceAll("^(\\d+)(\\s+\\1)+$", "$1"),
        Long.parseUnsignedLong(values.getOrDefault("CapEff", "0"), 16),
        Long.parseUnsignedLong(values.getOrDefault("CapPrm", "0"), 16),
        "1".equals(values.get("NoNewPrivs")),
        FILTER.equals(values.get("Seccomp")));
  }

  List<String> held() {
    return StartRights.names(effective | permitted);
  }
}
