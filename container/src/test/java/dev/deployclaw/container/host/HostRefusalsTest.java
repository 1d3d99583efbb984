package dev.deployclaw.container.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.confinement.AuditRules;
import dev.deployclaw.container.confinement.ConfinedCommand;
import dev.deployclaw.container.confinement.ConfinementPolicy;
import dev.deployclaw.container.confinement.KernelAudit;
import dev.deployclaw.container.confinement.RefusalLog;
import dev.deployclaw.container.confinement.SocketFilter;
import dev.deployclaw.container.plugin.AdmittedPlugins;
import dev.deployclaw.container.plugin.ExamplePlugin;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kernel whose audit is on tells the agent of its host. */
@Slow(
    guard = "dev.deployclaw.container.confinement.RefusalLogTest",
    because = "it switches this machine's audit on, and starts back ends")
@EnabledIf(
    value = "dev.deployclaw.container.confinement.AuditRules#possible",
    disabledReason = KernelAudit.NEEDS + "; " + AuditRules.NEEDS)
class HostRefusalsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir static Path servers;
  @TempDir Path folder;

  @AutoClose private static HostEstate estate;
  private static KernelAudit audit;
  private static AuditRules rules;

  @BeforeAll
  static void start() throws Exception {
    estate = HostEstate.start(servers);
    audit = new KernelAudit();
    try {
      rules = new AuditRules(servers);
    } catch (IOException | RuntimeException e) {
      audit.close();
      throw e;
    }
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      rules.close();
    } finally {
      audit.close();
    }
  }

  /** The real host, which does what it may not whenever it finds an order. */
  static final class PryingHost {
    private PryingHost() {}

    public static void main(String[] args) throws Exception {
      Thread.ofPlatform().daemon().start(PryingHost::pry);
      ExecutorHostMain.main(args);
    }

    private static void pry() {
      var folder = Path.of(System.getProperty("java.io.tmpdir"));
      var file = folder.resolve("file").toFile();
      var call = folder.resolve("call").toFile();
      var program = folder.resolve("program").toFile();
      while (true) {
        try {
          BoundedWait.until(
              "it is told", SOON, () -> file.exists() || call.exists() || program.exists());
          if (program.delete()) {
            new ProcessBuilder("/").start();
          }
          if (file.delete()) {
            var _ = Files.readString(Path.of("/etc/group-"));
          }
          if (call.delete()) {
            tryUnixSocket();
            limitAnotherProcess();
          }
        } catch (IOException e) {
          // as it must be
        }
      }
    }

    /** As the C library does, which asks name services. */
    private static void tryUnixSocket() {
      try {
        SocketChannel.open(StandardProtocolFamily.UNIX).close();
      } catch (IOException | UnsupportedOperationException e) {
        // as it must be
      }
    }

    @SuppressWarnings("restricted") // prlimit(2) with null reads and writes no memory of ours
    private static void limitAnotherProcess() {
      var linker = Linker.nativeLinker();
      var prlimit =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("prlimit"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
      Failable.run(() -> prlimit.invoke(1, 0, MemorySegment.NULL, MemorySegment.NULL));
    }
  }

  /** Names have their own way to addresses in the C library, by sockets that a host gives up. */
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost"})
  void anHonestHostIsRefusedNothingButItsOwnAttempts(String machine) throws Exception {
    var config = estate.config(folder);
    Files.writeString(config, Files.readString(config).replace("127.0.0.1", machine));
    var launch = HostEstate.launch(config, ExecutorHostMain.class);
    var supervisor = HostSupervisor.start(launch);
    try (var backends =
        RemoteBackends.of(launch.config(), supervisor, launch.files().socket(), "test")) {
      supervisor.awaitFirst(SOON);
      BoundedWait.until("its attempts are told", SOON, () -> supervisor.untold().isEmpty());

      var executors = ExecutorRegistry.of(backends.executors());
      assertThat(executors.look("redis.topology", SOON)).isInstanceOf(CallOutcome.Done.class);
      assertThat(backends.objects().create("one" + machine, new byte[1]))
          .isInstanceOf(ObjectStore.Put.Created.class);

      awaitEarlierRecords();
      assertThat(HostRights.sockets(launch.config())).isEqualTo(new SocketFilter(false, false));
      var wall = backends.isolation().orElseThrow();
      assertThat(wall.missing().keySet()).as("its secrets are root's").isSubsetOf("capabilities");
      assertThat(wall.enforced()).contains("refusals");
      assertThat(wall.violations()).isEmpty();
    }
  }

  /** Until a later one is told. */
  private static void awaitEarlierRecords() throws Exception {
    var begun = Instant.now();
    var policy = ConfinementPolicy.forProgram().build();
    var command = ConfinedCommand.aroundProgram(policy, List.of("/bin/true"));
    var process = new ProcessBuilder(command.argv()).start();
    RefusalLog.here().watch(process.pid(), begun, OptionalInt.empty());
    process.waitFor();
    BoundedWait.until(
        "its attempts are told", SOON, () -> !RefusalLog.here().calls(process.pid()).isEmpty());
  }

  @Test
  void aHostThatIsRefusedAFileIsNamedWithTheRightThatItLacked() throws Exception {
    isNamed("file", "fs.read_file");
  }

  /** A folder: the kernel refuses it without asking Landlock, and the child ends at once. */
  @Test
  void aHostThatIsRefusedAProgramByAnotherCheckIsNamedWithTheCall() throws Exception {
    isNamed("program", "call.execve");
  }

  @Test
  void aHostThatIsRefusedASystemCallIsNamedWithTheCallUnlessHonestProgramsTryIt() throws Exception {
    isNamed("call", "call.prlimit64");
  }

  private void isNamed(String named, String right) throws Exception {
    var launch = HostEstate.launch(estate.config(folder), PryingHost.class);
    var supervisor = HostSupervisor.start(launch);
    try (var backends =
        RemoteBackends.of(launch.config(), supervisor, launch.files().socket(), "test")) {
      supervisor.awaitFirst(SOON);
      var order = launch.files().temporary().resolve(named).toFile();

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
                      .startsWith("was refused " + right + " by the kernel")
                      .doesNotContain("/etc"));
      assertThat(backends.summary().orElseThrow()).contains("it was refused " + right);
      assertThat(supervisor.state()).as("it goes on").isInstanceOf(HostState.Up.class);
    }
  }

  /** One in another language, on which its starter lays the filter. */
  @Test
  void aPluginWhoseChildEndsByASystemCallIsNamedWithTheCallUnlessHonestProgramsTryIt()
      throws Exception {
    try (var example = ExamplePlugin.in(folder)) {
      example.patch(
          "answer = self.served(until)\n        digest",
          """
          answer = self.served(until)
                  try:
                      os.memfd_create("x")
                  except OSError:
                      pass
                  python = "/usr/bin/python3"
                  words = [python, "-I", "-c", "import os; os.chroot('/')"]
                  child = os.posix_spawn(python, words, {})
                  os.waitpid(child, 0)
                  digest\
          """
              .stripLeading());
      var program =
          new PluginConfig.Program(
              example.program(),
              ExamplePlugin.hash(example.program()),
              example.arguments(),
              new TreeMap<>(example.files()));
      var config =
          new PluginConfig(
              "limits-file",
              program,
              new TreeMap<>(Map.of("served", "observe")),
              List.of("shop"),
              example.rights(),
              SOON);
      try (var plugins = AdmittedPlugins.open(List.of(config), servers.resolve("state"))) {
        var executors = ExecutorRegistry.of(plugins.executors());
        assertThat(plugins.isolation(ExecutorIsolation.NONE).violations()).isEmpty();

        var _ = executors.look("limits-file.served", SOON);

        BoundedWait.until(
            "the kernel tells it",
            SOON,
            () ->
                plugins
                    .isolation(ExecutorIsolation.NONE)
                    .violations()
                    .toString()
                    .contains("call.chroot"));
        assertThat(plugins.isolation(ExecutorIsolation.NONE).violations())
            .hasEntrySatisfying(
                "limits-file", last -> assertThat(last.what()).doesNotContain("call.memfd_create"));
        assertThat(plugins.starts()).as("it goes on").isEqualTo(1);
      }
    }
  }
}
