package dev.deployclaw.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.NatsServer;
import dev.deployclaw.testkit.server.NginxServer;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DaemonProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void worksInItsFolderAndLogsThere() throws Exception {
    LaunchSpec launch =
        new LaunchSpec(
            folder, "greeter", List.of("/bin/sh", "-c", "echo $WORD $PWD"), Map.of("WORD", "hi"));

    try (DaemonProcess daemon = DaemonProcess.start(launch)) {
      BoundedWait.until("it ended", LONG, () -> !daemon.alive());

      assertThat(Files.readString(daemon.log())).isEqualTo("hi " + folder.toRealPath() + "\n");
    }
  }

  @Test
  void isPausedAndResumed() {
    try (DaemonProcess daemon = sleeper()) {
      daemon.pause();
      BoundedWait.until("it is stopped", LONG, daemon::paused);

      daemon.resume();
      BoundedWait.until("it goes on", LONG, () -> !daemon.paused());
      assertThat(daemon.alive()).isTrue();
    }
  }

  @Test
  void pausedProcessIsClosed() {
    DaemonProcess daemon = sleeper();
    daemon.pause();

    daemon.close();

    assertThat(daemon.alive()).isFalse();
  }

  @Test
  void deafProcessIsKilledOnClose() {
    String deaf = "trap '' TERM; while :; do sleep 1; done";
    DaemonProcess daemon =
        DaemonProcess.start(new LaunchSpec(folder, "deaf", List.of("/bin/sh", "-c", deaf)));

    daemon.close();

    assertThat(daemon.alive()).isFalse();
  }

  @Test
  void refusesToStartTwiceInOneFolder() {
    try (DaemonProcess daemon = sleeper()) {
      assertThatThrownBy(this::sleeper).hasMessageContaining("names a running process");
      assertThat(daemon.alive()).isTrue();
    }
  }

  @Test
  void neverSignalsAProcessThatGotTheNumberLater() throws Exception {
    try (DaemonProcess daemon = sleeper()) {
      ProcessIdentity id = ProcessIdentity.read(daemon.pidFile()).orElseThrow();
      String earlier = id.pid() + " " + (id.startTicks() - 1) + " " + id.boot() + "\n";
      Files.writeString(daemon.pidFile(), earlier);

      DaemonProcess stranger = DaemonProcess.adopt(daemon.pidFile()).orElseThrow();
      stranger.close();

      assertThat(stranger.alive()).isFalse();
      assertThat(daemon.alive()).isTrue();
    }
  }

  @Test
  void tornPidFileNamesNobody() throws Exception {
    Path file = Files.writeString(folder.resolve("torn.pid"), "17 ");

    assertThat(DaemonProcess.adopt(file)).isEmpty();
  }

  @Test
  void restartRunsTheSameCommandAnew() {
    try (DaemonProcess daemon = sleeper()) {
      long before = daemon.pid();

      daemon.restart();

      assertThat(daemon.alive()).isTrue();
      assertThat(daemon.pid()).isNotEqualTo(before);
    }
  }

  @Test
  void anotherCommandIsTakenBack() {
    try (DaemonProcess daemon = sleeper()) {
      daemon.restartBy(_ -> List.of("/bin/sh", "-c", "echo other; exec sleep 61"));
      daemon.restartBy(_ -> List.of("/bin/sh", "-c", "echo third; exec sleep 62"));
      DaemonProcess adopted = DaemonProcess.adopt(daemon.pidFile()).orElseThrow();
      assertThat(adopted.changed()).isTrue();

      adopted.restartAsBefore();

      assertThat(adopted.changed()).isFalse();
      assertThat(adopted.alive()).isTrue();
      assertThat(LaunchSpec.read(folder, adopted.name())).isEqualTo(sleeping());
      adopted.close();
    }
  }

  @Test
  void whatAKilledStarterLeftIsStoppedByItsFiles() throws Exception {
    Process starter = starter(folder);
    BoundedWait.until("three run", LONG, () -> running(folder) == 3 || !starter.isAlive());

    starter.destroyForcibly().waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(running(folder)).isEqualTo(3);
    DaemonProcess.adoptAll(folder).forEach(DaemonProcess::close);

    assertThat(running(folder)).isZero();
  }

  @Test
  void missingProgramIsNamedWithItsPackage() {
    assertThatThrownBy(() -> ExecutableFinder.find("etcd", "/nowhere", List.of()))
        .hasMessage("etcd is missing: apt-get install etcd-server");
  }

  @Test
  void deathBeforeReadinessShowsTheLog() {
    LaunchSpec launch =
        new LaunchSpec(folder, "failing", List.of("/bin/sh", "-c", "echo alas; exit 3"));
    DaemonProcess daemon = DaemonProcess.start(launch);

    assertThatThrownBy(() -> daemon.awaitReady(LONG, () -> false))
        .hasMessageContainingAll("failing died", "alas");
  }

  /** Runs in a JVM of its own, which the test kills. */
  static final class Starter {
    private Starter() {}

    public static void main(String[] args) throws IOException {
      Path folder = Path.of(args[0]);
      RedisNode.start(folder.resolve("redis"));
      NatsServer.start(folder.resolve("nats"));
      NginxServer.start(folder.resolve("nginx"), "events {}");
      var test = ProcessHandle.current().parent().orElseThrow();
      var _ = test.onExit().join(); // unless the test kills this process before
    }
  }

  private static Process starter(Path folder) {
    return CommandRunner.of(JavaProgram.words(List.of(), Starter.class, folder.toString()))
        .start(Redirect.to(folder.resolve("starter.log").toFile()));
  }

  private static long running(Path folder) {
    return DaemonProcess.adoptAll(folder).stream().filter(DaemonProcess::alive).count();
  }

  private DaemonProcess sleeper() {
    return DaemonProcess.start(sleeping());
  }

  private LaunchSpec sleeping() {
    return new LaunchSpec(folder, "sleeper", List.of("sleep", "300"));
  }
}
