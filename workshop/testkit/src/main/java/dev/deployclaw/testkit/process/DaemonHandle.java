package dev.deployclaw.testkit.process;

import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedSet;
import java.util.function.BooleanSupplier;

/** A server's daemon, dead or alive, whether this machine or a container runs it. */
public interface DaemonHandle extends AutoCloseable {
  int LOG_TAIL = 2_000;

  /** As this machine counts, also for a container. */
  long pid();

  /** How it was started. */
  LaunchSpec launch();

  default String name() {
    return launch().name();
  }

  default Path folder() {
    return launch().folder();
  }

  /** The file that holds its standard output and error. */
  default Path log() {
    return launch().log();
  }

  boolean alive();

  boolean paused();

  /** The TCP ports on which it listens now; none when it is dead. */
  SortedSet<Integer> ports();

  void kill();

  /** From now on it keeps its connections and answers nothing. */
  void pause();

  void resume();

  /** Sends SIGHUP, which for many servers means: read your files again. */
  void hangUp();

  /** Kills what is left of it and starts the same command in the same folder. */
  void restart();

  /** Lets it outlive this JVM. */
  void leave();

  /** Asks it to end (SIGTERM), and kills it if it takes too long. */
  @Override
  void close();

  /** Waits until the server is ready; fails at once, with the end of its log, if it dies. */
  default void awaitReady(Duration atMost, BooleanSupplier ready) {
    boolean came = BoundedWait.cameTrue(atMost, () -> !alive() || ready.getAsBoolean());
    if (!came || !alive()) {
      String how = alive() ? "did not get ready in " + atMost : "died";
      String tail = logTail();
      close();
      throw new IllegalStateException(name() + " " + how + "; " + log() + " ends:\n" + tail);
    }
  }

  private String logTail() {
    try {
      String text = Files.exists(log()) ? Files.readString(log()) : "";
      return text.substring(Math.max(0, text.length() - LOG_TAIL));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
