package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.confinement.KernelAudit;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What a kernel whose audit is on tells the agent of its host. */
@Slow(
    guard = "dev.deployclaw.container.confinement.RefusalLogTest",
    because = "it switches this machine's audit on, and starts back ends")
@EnabledIf(
    value = "dev.deployclaw.container.confinement.KernelAudit#possible",
    disabledReason = KernelAudit.NEEDS)
class HostRefusalsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir static Path servers;
  @TempDir Path folder;

  @AutoClose private static HostEstate estate;
  private static KernelAudit audit;

  @BeforeAll
  static void start() {
    estate = HostEstate.start(servers);
    audit = new KernelAudit();
  }

  @AfterAll
  static void stop() {
    audit.close();
  }

  /** The real host, which reads a file of another's whenever it finds its order. */
  static final class PryingHost {
    private PryingHost() {}

    public static void main(String[] args) throws Exception {
      Thread.ofPlatform().daemon().start(PryingHost::pry);
      ExecutorHostMain.main(args);
    }

    private static void pry() {
      var order = Path.of(System.getProperty("java.io.tmpdir"), "pry").toFile();
      while (true) {
        BoundedWait.until("it is told", SOON, order::delete);
        try {
          var _ = Files.readString(Path.of("/etc/group-"));
        } catch (IOException e) {
          // as it must be
        }
      }
    }
  }

  @Test
  void anHonestHostIsRefusedNothingButItsOwnAttempts() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), ExecutorHostMain.class);
    var supervisor = HostSupervisor.start(launch);
    try (var backends =
        RemoteBackends.of(launch.config(), supervisor, launch.files().socket(), "test")) {
      supervisor.awaitFirst(SOON);
      BoundedWait.until(
          "its attempts are told", LONG, () -> supervisor.untold().isEmpty() || again(supervisor));

      var executors = ExecutorRegistry.of(backends.executors());
      assertThat(executors.look("redis.topology", SOON)).isInstanceOf(CallOutcome.Done.class);
      assertThat(backends.objects().create("one", new byte[1]))
          .isInstanceOf(ObjectStore.Put.Created.class);

      var wall = backends.isolation().orElseThrow();
      assertThat(wall.missing().keySet()).as("its secrets are root's").isSubsetOf("capabilities");
      assertThat(wall.enforced()).contains("refusals");
      assertThat(wall.violations()).isEmpty();
    }
  }

  /** The log, which a test in a network of its own must do with, leaves out what is too much. */
  private static boolean again(HostSupervisor supervisor) {
    Failable.run(() -> supervisor.restart(SOON));
    return false;
  }

  @Test
  void aHostThatIsRefusedAFileIsNamedWithTheRightThatItLacked() throws Exception {
    var launch = HostEstate.launch(estate.config(folder), PryingHost.class);
    var supervisor = HostSupervisor.start(launch);
    try (var backends =
        RemoteBackends.of(launch.config(), supervisor, launch.files().socket(), "test")) {
      supervisor.awaitFirst(SOON);
      var order = launch.files().temporary().resolve("pry").toFile();

      BoundedWait.until(
          "the kernel tells it",
          SOON,
          () -> {
            Failable.get(order::createNewFile);
            return !backends.isolation().orElseThrow().violations().isEmpty();
          });

      assertThat(backends.isolation().orElseThrow().violations())
          .hasEntrySatisfying(
              "host",
              last ->
                  assertThat(last.what())
                      .startsWith("was refused fs.read_file by the kernel")
                      .doesNotContain("/etc"));
      assertThat(backends.summary().orElseThrow()).contains("it was refused fs.read_file");
      assertThat(supervisor.state()).as("it goes on").isInstanceOf(HostState.Up.class);
    }
  }
}
