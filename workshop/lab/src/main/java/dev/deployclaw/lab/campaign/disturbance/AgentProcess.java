package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.function.Failable;

/**
 * One process of an agent, which may be stopped at a point, put to sleep and killed.
 *
 * @param folder where it notes its calls and says what it says
 */
public record AgentProcess(Process process, Path folder) {
  static final String OUT = "out";
  static final String ERR = "err";

  private static final Duration REACH = Duration.ofMinutes(3);
  private static final long DIE_SECONDS = 30;

  /** Waits until it stands at its point; false where it ended before. */
  public boolean reached() {
    var reached = folder.resolve("reached");
    BoundedWait.until(
        "the agent reaches its point, or ends",
        REACH,
        () -> !process.isAlive() || Files.exists(reached));
    return Files.exists(reached) && process.isAlive();
  }

  /** Waits until it has made its first call; false where it ended without one. */
  public boolean began() {
    var calls = folder.resolve("calls");
    BoundedWait.until(
        "the agent calls something, or ends",
        REACH,
        () -> !process.isAlive() || Files.exists(calls));
    return process.isAlive();
  }

  void awaitSaid(String words) {
    BoundedWait.until(
        "the agent says " + words, REACH, () -> !process.isAlive() || out().contains(words));
    if (!process.isAlive()) {
      throw new IllegalStateException("an agent that should serve ended: " + err());
    }
  }

  List<String> calls() throws IOException {
    return Files.readAllLines(folder.resolve("calls"));
  }

  public void go() throws IOException {
    Files.createFile(folder.resolve("go"));
  }

  /** By SIGTERM; it gives its task the time that it needs. */
  public void stop(Duration atMost) throws InterruptedException {
    process.destroy();
    int _ = awaitEnd(atMost);
  }

  /** By SIGKILL; says whether it was alive. */
  public boolean kill() throws InterruptedException {
    boolean alive = process.isAlive();
    process.destroyForcibly();
    if (!process.waitFor(DIE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("process " + process.pid() + " survives SIGKILL");
    }
    return alive;
  }

  public void sleep() {
    SystemTool.signal("STOP", Long.toString(process.pid()));
  }

  public void wake() {
    SystemTool.signal("CONT", Long.toString(process.pid()));
  }

  /**
   * @throws IllegalStateException with what it said, when it takes longer; it is killed then
   */
  public int awaitEnd(Duration atMost) throws InterruptedException {
    if (!process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS)) {
      boolean _ = kill();
      throw new IllegalStateException("an agent did not end in " + atMost + ": " + err());
    }
    return process.exitValue();
  }

  public boolean ended(Duration atMost) throws InterruptedException {
    return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  String out() {
    return read(OUT);
  }

  String err() {
    return read(ERR);
  }

  private String read(String name) {
    return Failable.get(() -> Files.readString(folder.resolve(name)));
  }
}
