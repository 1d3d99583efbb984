package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.plugin.ExamplePlugin;
import dev.deployclaw.container.plugin.PluginPrograms;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.remote.HostAddress;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both example plugins end, or hang, while they carry out a call. */
@Slow(
    guard = "dev.deployclaw.container.plugin.AdmittedPluginsTest",
    because = "it compiles a plugin and starts processes of two languages")
class PluginRestartTest {
  private static final Duration SOON = Duration.ofMinutes(2);

  /** For the call that gets no answer from a plugin that hangs. */
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private static final HostSupervisor.Bounds BOUNDS =
      new HostSupervisor.Bounds(
          SOON,
          _ -> Duration.ofMillis(20),
          SOON,
          new HostSupervisor.Watch(Duration.ofMillis(100), Duration.ofSeconds(10), 2));

  @TempDir Path folder;
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<AutoCloseable> open = new ArrayList<>();

  /** How a process stops to be of use. */
  enum End {
    KILL,
    EXIT,
    HANG;

    void bring(long pid) throws Exception {
      var signal = this == KILL ? "-KILL" : this == EXIT ? "-TERM" : "-STOP";
      assertThat(new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor()).isZero();
    }
  }

  /** A plugin's words, and whether its first effect is under way. */
  private record Example(List<String> words, BooleanSupplier busy) {}

  @AfterEach
  void release() throws Exception {
    released.countDown();
    for (var one : open) {
      one.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theExampleInPythonIsStartedAgainAndItsCallIsUnknown(End end) throws Exception {
    isStartedAgain(end, python());
  }

  @ParameterizedTest
  @EnumSource
  void theExampleInJavaIsStartedAgainAndItsCallIsUnknown(End end) throws Exception {
    isStartedAgain(end, java());
  }

  private void isStartedAgain(End end, Example example) throws Exception {
    var run = Files.createDirectory(folder.resolve("run"));
    var command = PluginPrograms.bare(example.words(), run);
    try (var supervisor = HostSupervisor.start(command, BOUNDS);
        var connection =
            HostConnection.of(
                new HostAddress(
                    command.socket(), supervisor::key, "test", ProtocolRevisions.SPOKEN));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      supervisor.awaitFirst(SOON);
      assertThat(supervisor.state()).isInstanceOf(HostState.Up.class);
      BackendExecutor plugin = connection.executors().getFirst();
      var call = threads.submit(() -> call(plugin, new ExecutorCall.Stage(epoch()), "1"));
      BoundedWait.until("it is at work", SOON, example.busy());

      end.bring(((HostState.Up) supervisor.state()).pid());

      assertThat(call.get())
          .isInstanceOfSatisfying(
              CallOutcome.Failed.class,
              failed -> assertThat(failed.fault()).isInstanceOf(CallFault.Unknown.class));
      BoundedWait.until(
          "it is up again",
          SOON,
          () -> supervisor.starts() > 1 && supervisor.state() instanceof HostState.Up);
      assertThat(call(plugin, new ExecutorCall.Observe(), "2"))
          .isInstanceOf(CallOutcome.Done.class);
    }
  }

  private static CallOutcome call(BackendExecutor plugin, ExecutorCall call, String grant)
      throws InterruptedException {
    var purpose = new Grant.Purpose("test", "", 1);
    return plugin.execute(
        new Invocation(plugin.name(), call, new FencingToken("test", 1), DEADLINE)
            .with(new Grant(grant, purpose, plugin.name(), call.verb(), "", Instant.MAX, "")));
  }

  private static EpochSpec epoch() {
    return new EpochSpec(
        "test",
        7,
        PolicySet.EMPTY.digest(),
        PolicySet.EMPTY,
        0,
        Optional.empty(),
        Optional.empty());
  }

  private Example python() throws Exception {
    var example = ExamplePlugin.in(Files.createDirectory(folder.resolve("python")));
    open.add(example);
    var busy = folder.resolve("busy");
    example.patch(
        "with self.folder.locked():\n            return [getattr",
        """
        if not os.path.exists("%1$s"):
                    open("%1$s", "w").close()
                    time.sleep(600)
                with self.folder.locked():
                    return [getattr\
        """
            .formatted(busy));
    var words = new ArrayList<>(List.of("/usr/bin/python3", "-EsB", example.program().toString()));
    words.addAll(example.arguments());
    return new Example(words, () -> Files.exists(busy));
  }

  private Example java() throws Exception {
    var asked = new CountDownLatch(1);
    var edge =
        FakeHttpServer.start(request -> {
          if (asked.getCount() > 0 && !request.method().equals("GET")) {
            asked.countDown();
            await(released);
          }
          return FakeHttpServer.Answer.of(404);
        });
    open.add(edge);
    String classes = System.getProperty("java.class.path");
    var source = Path.of("..", "skills", "examples", "edge-fleet", "EdgeFleet.java").toString();
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-cp", classes, "-d", folder.toString(), source);
    assertThat(exit).isZero();
    var words =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            folder + ":" + classes,
            "EdgeFleet",
            "fra=" + edge.url());
    return new Example(words, () -> asked.getCount() == 0);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
