package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DaemonTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void worksInItsFolderAndLogsThere() throws Exception {
    Launch launch =
        new Launch(
            folder, "greeter", List.of("/bin/sh", "-c", "echo $WORD $PWD"), Map.of("WORD", "hi"));

    try (Daemon daemon = Daemon.start(launch)) {
      Await.until("it ended", LONG, () -> !daemon.alive());

      assertThat(Files.readString(daemon.log())).isEqualTo("hi " + folder.toRealPath() + "\n");
    }
  }

  @Test
  void isPausedAndResumed() {
    try (Daemon daemon = sleeper()) {
      daemon.pause();
      Await.until("it stands still", LONG, daemon::paused);

      daemon.resume();
      Await.until("it goes on", LONG, () -> !daemon.paused());
      assertThat(daemon.alive()).isTrue();
    }
  }

  @Test
  void pausedProcessIsClosed() {
    Daemon daemon = sleeper();
    daemon.pause();

    daemon.close();

    assertThat(daemon.alive()).isFalse();
  }

  @Test
  void deafProcessIsKilledOnClose() {
    String deaf = "trap '' TERM; while :; do sleep 1; done";
    Daemon daemon = Daemon.start(new Launch(folder, "deaf", List.of("/bin/sh", "-c", deaf)));

    daemon.close();

    assertThat(daemon.alive()).isFalse();
  }

  @Test
  void refusesToStartTwiceInOneFolder() {
    try (Daemon daemon = sleeper()) {
      assertThatThrownBy(this::sleeper).hasMessageContaining("names a running process");
      assertThat(daemon.alive()).isTrue();
    }
  }

  @Test
  void neverSignalsAProcessThatGotTheNumberLater() throws Exception {
    try (Daemon daemon = sleeper()) {
      ProcessId id = ProcessId.read(daemon.pidFile()).orElseThrow();
      String earlier = id.pid() + " " + (id.startTicks() - 1) + " " + id.boot() + "\n";
      Files.writeString(daemon.pidFile(), earlier);

      Daemon stranger = Daemon.adopt(daemon.pidFile()).orElseThrow();
      stranger.close();

      assertThat(stranger.alive()).isFalse();
      assertThat(daemon.alive()).isTrue();
    }
  }

  @Test
  void tornPidFileNamesNobody() throws Exception {
    Path file = Files.writeString(folder.resolve("torn.pid"), "17 ");

    assertThat(Daemon.adopt(file)).isEmpty();
  }

  @Test
  void restartRunsTheSameCommandAnew() {
    try (Daemon daemon = sleeper()) {
      long before = daemon.pid();

      daemon.restart();

      assertThat(daemon.alive()).isTrue();
      assertThat(daemon.pid()).isNotEqualTo(before);
    }
  }

  @Test
  void anotherCommandIsTakenBack() {
    try (Daemon daemon = sleeper()) {
      daemon.restartBy(_ -> List.of("/bin/sh", "-c", "echo other; exec sleep 61"));
      daemon.restartBy(_ -> List.of("/bin/sh", "-c", "echo third; exec sleep 62"));
      Daemon adopted = Daemon.adopt(daemon.pidFile()).orElseThrow();
      assertThat(adopted.changed()).isTrue();

      adopted.restartAsBefore();

      assertThat(adopted.changed()).isFalse();
      assertThat(adopted.alive()).isTrue();
      assertThat(Launch.read(folder, adopted.name())).isEqualTo(sleeping());
      adopted.close();
    }
  }

  @Test
  void whatAKilledStarterLeftIsStoppedByItsFiles() throws Exception {
    Process starter = starter(folder);
    Await.until("three run", LONG, () -> running(folder) == 3 || !starter.isAlive());

    starter.destroyForcibly().waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(running(folder)).isEqualTo(3);
    Daemon.adoptAll(folder).forEach(Daemon::close);

    assertThat(running(folder)).isZero();
  }

  @Test
  void missingProgramIsNamedWithItsPackage() {
    assertThatThrownBy(() -> Binaries.find("etcd", "/nowhere", List.of()))
        .hasMessage("etcd is missing: apt-get install etcd-server");
  }

  @Test
  void deathBeforeReadinessShowsTheLog() {
    Launch launch = new Launch(folder, "failing", List.of("/bin/sh", "-c", "echo alas; exit 3"));
    Daemon daemon = Daemon.start(launch);

    assertThatThrownBy(() -> daemon.awaitReady(LONG, () -> false))
        .hasMessageContainingAll("failing died", "alas");
  }

  /** Runs in a JVM of its own, which the test kills. */
  static final class Starter {
    private Starter() {}

    public static void main(String[] args) throws IOException {
      Path folder = Path.of(args[0]);
      RedisNode.start(folder.resolve("redis"));
      Nats.start(folder.resolve("nats"));
      Nginx.start(folder.resolve("nginx"), "events {}");
      var _ = System.in.read(); // the test holds it open until it kills this process, or ends
    }
  }

  private static Process starter(Path folder) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    return new ProcessBuilder(java, "-cp", classPath, Starter.class.getName(), folder.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("starter.log").toFile())
        .start();
  }

  private static long running(Path folder) {
    return Daemon.adoptAll(folder).stream().filter(Daemon::alive).count();
  }

  private Daemon sleeper() {
    return Daemon.start(sleeping());
  }

  private Launch sleeping() {
    return new Launch(folder, "sleeper", List.of("sleep", "300"));
  }
}
