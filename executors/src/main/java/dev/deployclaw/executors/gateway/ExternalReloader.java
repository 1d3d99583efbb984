package dev.deployclaw.executors.gateway;

import dev.deployclaw.executors.nginx.FolderHandle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The gateway's own watcher, where the agent may neither see nor signal NGINX: it has NGINX read
 * its file again when the agent's {@code reload} in the gateway's folder changes, and reports in
 * {@code process} of a folder of its own which workers run. The agent reads that as a stranger's.
 *
 * @param pid of the master, as the watcher sees it
 * @param asked what it has acted on last
 */
record ExternalReloader(
    FileGateway gateway, long pid, String asked, List<NginxProcess.Worker> workers) {
  static final String REPORT = "process";
  static final String REQUEST = "reload";

  /** Where nothing was asked yet. */
  private static final String NOTHING = "-";

  /** The longest report that is read, in bytes. */
  private static final int LONGEST_REPORT = 8 * 1024;

  private static final Pattern MASTER = Pattern.compile("master ([1-9]\\d{0,8})");
  private static final Pattern ASKED = Pattern.compile("asked ([0-9a-f-]{1,36})");
  private static final Pattern WORKER =
      Pattern.compile("(worker|leaving) ([1-9]\\d{0,8}):(\\d{1,20})");

  /** What it reports; empty where it reports nothing that can be understood. */
  static Optional<ExternalReloader> of(FileGateway gateway, Path folder) throws IOException {
    var lines = read(folder.resolve(REPORT)).lines().toList();
    if (lines.size() < 3 || !lines.getFirst().equals("deployclaw-process 1")) {
      return Optional.empty();
    }
    var master = MASTER.matcher(lines.get(1));
    var asked = ASKED.matcher(lines.get(2));
    if (!master.matches() || !asked.matches()) {
      return Optional.empty();
    }
    var workers = new ArrayList<NginxProcess.Worker>();
    for (String line : lines.subList(3, lines.size())) {
      var worker = WORKER.matcher(line);
      if (!worker.matches()) {
        return Optional.empty();
      }
      long pid = Long.parseLong(worker.group(2));
      boolean leaving = worker.group(1).equals("leaving");
      workers.add(new NginxProcess.Worker(pid, worker.group(3), leaving));
    }
    return Optional.of(
        new ExternalReloader(gateway, Long.parseLong(master.group(1)), asked.group(1), workers));
  }

  /** Whether its present report has a worker. */
  boolean reportsWorkers() throws IOException {
    return of(gateway, gateway.watcher().orElseThrow())
        .filter(now -> !now.workers().isEmpty())
        .isPresent();
  }

  /** Whether it has acted on what it was asked last. */
  boolean hasActed() throws IOException {
    return asked.equals(requested());
  }

  /** Asks it to have NGINX read its file again. */
  void ask() throws IOException {
    Path file = request();
    Path next = file.resolveSibling(REQUEST + "." + UUID.randomUUID());
    try {
      Files.writeString(next, UUID.randomUUID() + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  private String requested() throws IOException {
    return FolderHandle.fileAt(request())
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
        .orElse(NOTHING);
  }

  private Path request() {
    return gateway.folder().resolve(REQUEST);
  }

  /**
   * Follows no link and waits for nothing: the gateway may put a link, a pipe or a flood where its
   * report should be. Empty where it can't be read.
   */
  private static String read(Path file) throws IOException {
    try {
      return FolderHandle.fileAt(file)
          .filter(bytes -> bytes.length <= LONGEST_REPORT)
          .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
          .orElse("");
    } catch (FileSystemException e) {
      return "";
    }
  }
}
