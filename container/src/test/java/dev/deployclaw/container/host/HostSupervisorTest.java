package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.container.confinement.ForbiddenCall;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes and back ends. */
class HostSupervisorTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration BRIEF = Duration.ofMillis(20);

  @TempDir static Path servers;
  @TempDir Path folder;

  @AutoClose private static HostEstate estate;

  @BeforeAll
  static void start() {
    estate = HostEstate.start(servers);
  }

  /** A program that starts and never says that it is ready. */
  static final class SilentHost {
    private SilentHost() {}

    public static void main(String[] args) throws Exception {
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** A program that ends at once. */
  static final class FailingHost {
    private FailingHost() {}

    public static void main(String[] args) {
      System.err.println("no back end will do");
      System.exit(3);
    }
  }

  /** The real host, which makes a forbidden call once it finds a file. */
  static final class EscapingHost {
    private EscapingHost() {}

    public static void main(String[] args) throws Exception {
      Thread.ofPlatform().daemon().start(EscapingHost::escape);
      ExecutorHostMain.main(args);
    }

    private static void escape() {
      var order = Path.of(System.getProperty("java.io.tmpdir"), "escape").toFile();
      BoundedWait.until("it is told", SOON, order::delete);
      ForbiddenCall.make();
    }
  }

  /** A process with a host, which it names on standard output. */
  static final class SupervisingAgent {
    private SupervisingAgent() {}

    public static void main(String[] args) throws Exception {
      var config = Path.of(args[0]);
      var supervisor = HostSupervisor.start(HostEstate.launch(config, ExecutorHostMain.class));
      supervisor.awaitFirst(SOON);
      System.out.println(supervisor.state() instanceof HostState.Up up ? up.pid() : -1);
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  @Test
  void aKilledHostIsStartedAgainWithAnotherKeyAndTakesCalls() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), ExecutorHostMain.class);
    var supervisor = HostSupervisor.start(launch);
    try (var backends =
        RemoteBackends.of(launch.config(), supervisor, launch.files().socket(), "test")) {
      supervisor.awaitFirst(SOON);
      var executors = ExecutorRegistry.of(backends.executors());
      var objects = backends.objects();
      byte[] bytes = "kept".getBytes(StandardCharsets.UTF_8);

      assertThat(supervisor.state()).isInstanceOf(HostState.Up.class);
      assertThat(objects.create("one", bytes)).isInstanceOf(ObjectStore.Put.Created.class);
      assertThat(executors.look("redis.topology", SOON)).isInstanceOf(CallOutcome.Done.class);
      var key = supervisor.key();
      long pid = up(supervisor).pid();

      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
      BoundedWait.until(
          "it runs again",
          SOON,
          () -> supervisor.state() instanceof HostState.Up next && next.pid() != pid);

      assertThat(supervisor.key().hex()).isNotEqualTo(key.hex());
      assertThat(supervisor.starts()).isEqualTo(2);
      assertThat(objects.read("one")).isInstanceOf(ObjectStore.Get.Found.class);
      assertThat(executors.look("redis.topology", SOON)).isInstanceOf(CallOutcome.Done.class);
      assertThat(backends.isolation().orElseThrow().separate()).isTrue();
      assertThat(backends.isolation().orElseThrow().missing().keySet())
          .as("where the audit is off, and its secrets are root's")
          .isSubsetOf("refusals", "capabilities");
    }
  }

  @Test
  void aHostThatMakesAForbiddenCallIsEndedNamedAndStartedAgain() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), EscapingHost.class);
    var supervisor = HostSupervisor.start(launch);
    try (var log = CapturedLog.of(HostSupervisor.class);
        var backends =
            RemoteBackends.of(launch.config(), supervisor, launch.files().socket(), "test")) {
      supervisor.awaitFirst(SOON);
      long pid = up(supervisor).pid();
      assertThat(backends.isolation().orElseThrow().violations()).isEmpty();

      Files.createFile(launch.files().temporary().resolve("escape"));
      BoundedWait.until(
          "it runs again",
          SOON,
          () -> supervisor.state() instanceof HostState.Up next && next.pid() != pid);

      assertThat(backends.summary().orElseThrow())
          .contains("a forbidden system call", "the kernel killed it (SIGSYS)");
      assertThat(backends.isolation().orElseThrow().violations()).containsOnlyKeys("host");
      assertThat(log.lines())
          .filteredOn(e -> e.getLevel() == Level.ERROR)
          .extracting(ILoggingEvent::getFormattedMessage)
          .containsExactly(
              "An executor host made a forbidden system call: the kernel killed it",
              "The executor host is down");
      assertThat(ExecutorRegistry.of(backends.executors()).look("redis.topology", SOON))
          .isInstanceOf(CallOutcome.Done.class);
    }
  }

  @Test
  void aTypedSecretThatOnlyTheHostHoldsIsMaskedWhileTheHostIsThere() throws Exception {
    String secret = estate.s3().secretKey();
    String encoded =
        Base64.getEncoder().encodeToString(("user:" + secret).getBytes(StandardCharsets.UTF_8));
    var launch = HostEstate.launch(estate.config(folder), ExecutorHostMain.class);
    var bounds = new HostSupervisor.Bounds(SOON, _ -> SOON, SOON, HostSupervisor.Watch.DEFAULT);
    var supervisor = HostSupervisor.start(launch, bounds);
    try (var backends =
        RemoteBackends.of(launch.config(), supervisor, launch.files().socket(), "test")) {
      supervisor.awaitFirst(SOON);
      assertThat(SecretRegistry.redacted(secret)).as("the agent").isEqualTo(secret);

      String kept = backends.mask().masked("S3 says " + secret + " or " + encoded);

      assertThat(kept).startsWith("S3 says *** or ").doesNotContain(secret);
      assertThat(kept).doesNotContain(encoded.substring(8, 16));
      ProcessHandle.of(up(supervisor).pid()).orElseThrow().destroyForcibly();
      BoundedWait.until("it ended", SOON, () -> supervisor.state() instanceof HostState.Down);
      assertThatThrownBy(() -> backends.mask().masked("S3 says " + secret))
          .isInstanceOf(UnmaskedTextException.class);
    }
  }

  @Test
  void aHostThatDoesNotGetReadyIsKilledAndSaid() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), SilentHost.class);
    var bounds =
        new HostSupervisor.Bounds(
            Duration.ofSeconds(2), _ -> BRIEF, SOON, HostSupervisor.Watch.DEFAULT);

    try (var supervisor = HostSupervisor.start(launch, bounds)) {
      supervisor.awaitFirst(SOON);

      BoundedWait.until("it is tried again", SOON, () -> supervisor.starts() > 1);
      assertThatThrownBy(supervisor::key)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("executor host");
    }
  }

  @Test
  void theCallsOfAHostThatIsNotThereAreUnavailable() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), FailingHost.class);
    var supervisor = HostSupervisor.start(launch);

    try (var backends =
        RemoteBackends.of(launch.config(), supervisor, launch.files().socket(), "test")) {
      supervisor.awaitFirst(SOON);
      var executors = ExecutorRegistry.of(backends.executors());

      var outcome = executors.look("redis.topology", SOON);

      assertThat(outcome)
          .isInstanceOfSatisfying(
              CallOutcome.Failed.class,
              failed -> assertThat(failed.fault().word()).isEqualTo("unavailable"));
      assertThat(backends.isolation().orElseThrow().missing()).containsKey("host");
    }
  }

  @Test
  void pausesGrowWhileAHostFailsAndItsLastWordsAreKept() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), FailingHost.class);
    var attempts = new CopyOnWriteArrayList<Integer>();
    var bounds =
        new HostSupervisor.Bounds(
            SOON,
            attempt -> {
              attempts.add(attempt);
              return BRIEF;
            },
            SOON,
            HostSupervisor.Watch.DEFAULT);

    try (var supervisor = HostSupervisor.start(launch, bounds)) {
      BoundedWait.until("it paused three times", SOON, () -> attempts.size() >= 3);

      assertThat(attempts.subList(0, 3)).containsExactly(1, 2, 3);
      BoundedWait.until(
          "its end is told",
          SOON,
          () ->
              supervisor.state() instanceof HostState.Down(String why)
                  && why.contains("exit code 3")
                  && why.contains("no back end will do"));
    }
    assertThat(HostSupervisor.Bounds.doubled(1)).isEqualTo(Duration.ofMillis(200));
    assertThat(HostSupervisor.Bounds.doubled(3)).isEqualTo(Duration.ofMillis(800));
    assertThat(HostSupervisor.Bounds.doubled(100)).isLessThan(Duration.ofSeconds(30));
  }

  /** What Netty asks of the network takes a UDP socket, which such a host gives up. */
  @Test
  void aHostWithoutNamesStartsSilently() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), ExecutorHostMain.class);
    var said = new CopyOnWriteArrayList<String>();
    var host =
        HostProcess.start(
            launch.prepare().argv(), launch.surroundings(), GrantKey.random(), said::add);
    try {
      assertThat(host.awaitReady(SOON)).as(host.lastLines()).isTrue();
      assertThat(HostRights.sockets(launch.config()).names()).isFalse();
      assertThat(said).noneMatch(line -> line.contains("network interfaces"));
    } finally {
      host.kill();
    }
  }

  @Test
  void aHostEndsWithItsAgent() throws Exception {
    var config = estate.config(folder);
    var words = JavaProgram.words(JavaProgram.QUICK, SupervisingAgent.class, config.toString());
    var agent = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var out = agent.inputReader()) {
      long host = Long.parseLong(out.readLine());
      assertThat(ProcessHandle.of(host)).isPresent();

      agent.destroyForcibly();

      BoundedWait.until("the host ends", SOON, () -> !isAlive(host));
    } finally {
      agent.destroyForcibly();
    }
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  private static HostState.Up up(HostSupervisor supervisor) {
    return List.of(supervisor.state()).stream()
        .map(HostState.Up.class::cast)
        .findFirst()
        .orElseThrow();
  }
}
