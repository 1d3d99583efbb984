package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.container.host.ExecutorHostMain;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The executor host of an agent, found by {@code /proc}: the process below the agent's that runs
 * the host's main class, and not one that only starts it.
 */
public record ExecutorHostProcess(ProcessHandle process) {
  static final String MAIN = ExecutorHostMain.class.getName();

  private static final Duration DIE = Duration.ofSeconds(30);

  /** The one that runs now; empty between the death of one and the start of the next. */
  public static Optional<ExecutorHostProcess> of(long agent) {
    return ProcessHandle.of(agent).stream()
        .flatMap(ProcessHandle::descendants)
        .filter(ExecutorHostProcess::isHost)
        .filter(process -> process.children().noneMatch(ExecutorHostProcess::isHost))
        .map(ExecutorHostProcess::new)
        .findFirst();
  }

  /** By SIGKILL. */
  public void kill() {
    process.destroyForcibly();
    BoundedWait.until("host " + process.pid() + " is gone", DIE, () -> !process.isAlive());
  }

  public void sleep() {
    SystemTool.signal("STOP", Long.toString(process.pid()));
  }

  public void wake() {
    SystemTool.signal("CONT", Long.toString(process.pid()));
  }

  private static boolean isHost(ProcessHandle process) {
    return words(process.pid()).contains(MAIN);
  }

  private static List<String> words(long pid) {
    try {
      var line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
      return List.of(new String(line, StandardCharsets.UTF_8).split("\0", -1));
    } catch (IOException e) {
      return List.of();
    }
  }
}
