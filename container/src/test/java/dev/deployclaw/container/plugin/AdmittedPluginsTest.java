package dev.deployclaw.container.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.host.HostState;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.protocol.v1.HandshakeRequest;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins as the operator admits them: what starts, what may be asked, what counts. */
class AdmittedPluginsTest {
  private static final Map<String, String> ALL =
      Map.of(
          "served", "observe",
          "observe", "observe",
          "stage", "stage",
          "prepare", "stage",
          "publish", "activate",
          "converge", "observe",
          "discard", "destroy");

  @TempDir Path folder;
  @TempDir Path state;

  @AutoClose private ExamplePlugin example;

  @BeforeEach
  void copied() {
    example = ExamplePlugin.in(folder);
  }

  @Test
  void aParticipantTakesAnEpochBehindItsOwnProcess() throws Exception {
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      var plugin = plugins.executors().getFirst();
      var epoch = epoch(7);

      assertThat(plugin.participates()).isTrue();
      assertThat(ask(plugin, new ExecutorCall.Stage(epoch))).isEqualTo(Answer.YES);
      assertThat(ask(plugin, new ExecutorCall.Prepare(epoch))).isEqualTo(Answer.YES);
      assertThat(ask(plugin, new ExecutorCall.Publish(epoch))).isEqualTo(Answer.YES);
      assertThat(ask(plugin, new ExecutorCall.Converge(epoch))).isEqualTo(Answer.YES);
      assertThat(example.file()).content().contains(PolicySet.EMPTY.digest());
    }
  }

  @Test
  void onlyWhatIsAdmittedIsInTheTable() throws Exception {
    try (var plugins = AdmittedPlugins.open(List.of(config(Map.of("served", "observe"))), state)) {
      var table = plugins.table();

      assertThat(plugins.executors().getFirst().participates()).isFalse();
      assertThat(table.looks("limits-file.served")).isTrue();
      assertThat(table.has("limits-file", "publish", false)).isFalse();
      assertThat(OperationAllowlist.KERNEL.executors()).doesNotContain("limits-file");
    }
  }

  @Test
  void aFileThatChangedIsRefusedBeforeItRuns() throws Exception {
    var config = config(ALL, "shop");
    var helper = example.program().resolveSibling("executor_host.py");
    Files.writeString(helper, "\n", StandardOpenOption.APPEND);

    assertThat(refusal(config)).contains(helper.toString(), ExamplePlugin.hash(helper), "review");
  }

  @Test
  void whatIsExchangedAfterTheStartNeverRuns() throws Exception {
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      Files.writeString(example.program(), "#!/bin/sh\nexit 1\n");

      assertThat(ask(plugins.executors().getFirst(), new ExecutorCall.Observe()))
          .isEqualTo(Answer.YES);
    }
  }

  @Test
  void anInterpreterOfTheSystemRunsWhereItIsWithACopyOfItsScript() throws Exception {
    var python = Path.of("/usr/bin/python3").toRealPath();
    var files = new TreeMap<>(example.files());
    files.put(example.program(), ExamplePlugin.hash(example.program()));
    var arguments = new ArrayList<>(List.of("-EsB", example.program().toString()));
    arguments.addAll(example.arguments());
    var program = new PluginConfig.Program(python, ExamplePlugin.hash(python), arguments, files);
    try (var plugins = AdmittedPlugins.open(List.of(config(program, ALL, "shop")), state)) {
      assertThat(ask(plugins.executors().getFirst(), new ExecutorCall.Observe()))
          .isEqualTo(Answer.YES);
      assertThat(processes())
          .anySatisfy(p ->
              assertThat(p.info().commandLine().orElse(""))
                  .contains("limits_file.py", state.toString()));
    }
  }

  @Test
  void aClassAboveTheAdmittedOneIsRefused() throws Exception {
    example.patch("\"served\": wire.OBSERVE", "\"served\": wire.DESTROY");

    assertThat(refusal(config(ALL, "shop")))
        .contains("says that served is of class destroy", "the configuration admits observe");
  }

  @Test
  void anOperationThatItLacksIsRefused() throws Exception {
    assertThat(refusal(config(Map.of("weather", "observe"))))
        .contains("has no operation weather", "drop it", "served");
  }

  @Test
  void oneOfAnotherNameIsRefused() throws Exception {
    example.patch("NAME = \"limits-file\"", "NAME = \"redis\"");

    assertThat(refusal(config(ALL, "shop"))).contains("calls itself [redis]");
  }

  @Test
  void oneThatCannotStartSaysItsLastWords() throws Exception {
    example.patch("server.start()\n", "raise SystemExit(\"no luck today\")\n");

    assertThat(refusal(config(ALL, "shop"))).contains("limits-file can't be used", "no luck today");
  }

  @Test
  void aMemberThatDoesNotAnswerIsUnknown() throws Exception {
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop", "depot")), state)) {
      assertThat(reports(plugins.executors().getFirst(), new ExecutorCall.Observe()))
          .extracting(MemberReport::member, MemberReport::answer)
          .containsExactly(
              tuple("limits-file/shop", Answer.YES), tuple("limits-file/depot", Answer.UNKNOWN));
    }
  }

  @Test
  void aMemberThatIsNotItsOwnMakesTheAnswerWorthless() throws Exception {
    example.patch(
        "self.member, self.folder, self.url = NAME",
        "self.member, self.folder, self.url = \"redis\"");
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      var outcome = outcome(plugins.executors().getFirst(), new ExecutorCall.Observe());

      assertThat(outcome.toString()).contains("answers for redis/shop", "Unavailable");
    }
  }

  @Test
  void aYesToAnotherDigestIsANo() throws Exception {
    example.patch("return self.report(YES, wanted[0])", "return self.report(YES, \"f\" * 64)");
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      assertThat(ask(plugins.executors().getFirst(), new ExecutorCall.Stage(epoch(1))))
          .isEqualTo(Answer.NO);
    }
  }

  @Test
  void oneThatDiesIsStartedAgain() throws Exception {
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      var plugin = plugins.executors().getFirst();
      assertThat(ask(plugin, new ExecutorCall.Stage(epoch(3)))).isEqualTo(Answer.YES);

      processes().forEach(ProcessHandle::destroyForcibly);

      BoundedWait.until(
          "it answers again",
          Duration.ofSeconds(30),
          () -> outcome(plugin, new ExecutorCall.Prepare(epoch(3))) instanceof CallOutcome.Done);
      assertThat(ask(plugin, new ExecutorCall.Prepare(epoch(3)))).isEqualTo(Answer.YES);
    }
    assertThat(processes()).as("none is left").isEmpty();
  }

  /** Each look is interrupted at its deadline, as each call of the kernel is. */
  @Slow(
      guard = "dev.deployclaw.container.plugin.AdmittedPluginsTest#oneThatDiesIsStartedAgain",
      because = "three calls wait as long as they may")
  @Test
  void oneThatHangsInAnOperationIsStartedAgainThoughItAnswersOthers() throws Exception {
    var hangs = Files.createFile(example.limits().resolve("hangs"));
    example.patch(
        "answer = self.served(until)\n        digest",
        "while os.path.exists(\"%s\"):\n            time.sleep(0.1)\n        answer = self.served(until)\n        digest"
            .formatted(hangs));
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      var plugin = plugins.executors().getFirst();
      var executors = ExecutorRegistry.of(plugins.executors());
      assertThat(ask(plugin, new ExecutorCall.Observe())).isEqualTo(Answer.YES);

      BoundedWait.until(
          "it is started again",
          Duration.ofSeconds(60),
          () -> {
            assertThat(served(executors, Duration.ofMillis(1500)))
                .isInstanceOf(CallOutcome.Failed.class);
            return plugins.starts() > 1
                || ask(plugin, new ExecutorCall.Observe()) != Answer.YES; // it was just killed
          });
      Files.delete(hangs);

      BoundedWait.until(
          "it answers again",
          Duration.ofSeconds(30),
          () -> served(executors, Duration.ofSeconds(20)) instanceof CallOutcome.Done);
      assertThat(plugins.states().firstEntry().getValue().sentence())
          .contains("3 calls of limits-file.served in a row got no answer");
    }
  }

  private static CallOutcome served(ExecutorRegistry executors, Duration deadline) {
    try {
      return executors.look("limits-file.served", deadline);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void runsWithoutNewPrivilegesAndOutsideItsFoldersCannotWrite() throws Exception {
    var secret = Files.writeString(state.resolve("signing.key"), "secret");
    example.patch(
        "answer = self.served(until)\n        digest",
        "open(%s, \"a\").write(\"x\")\n        answer = b\"\"\n        digest"
            .formatted("\"" + secret + "\""));
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      var outcome =
          outcome(plugins.executors().getFirst(), new ExecutorCall.Look("served", Map.of()));

      assertThat(outcome.toString()).contains("PermissionError");
      assertThat(secret).hasContent("secret");
      assertThat(processes())
          .isNotEmpty()
          .allSatisfy(p ->
              assertThat(Files.readString(Path.of("/proc/" + p.pid() + "/status")))
                  .containsPattern("NoNewPrivs:\\s+1"));
    }
  }

  @Test
  void aPluginThatMakesAForbiddenCallIsEndedNamedAndStartedAgain() throws Exception {
    example.patch(
        "answer = self.served(until)\n        digest",
        "__import__(\"ctypes\").CDLL(None).unshare(0)\n        answer = b\"\"\n        digest");
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      var executors = ExecutorRegistry.of(plugins.executors());

      assertThat(served(executors, Duration.ofSeconds(20))).isInstanceOf(CallOutcome.Failed.class);

      BoundedWait.until(
          "it is up again",
          Duration.ofSeconds(60),
          () ->
              plugins.states().get("limits-file") instanceof HostState.Up && plugins.starts() > 1);
      assertThat(plugins.states())
          .hasEntrySatisfying(
              "limits-file", state -> assertThat(state.sentence()).contains("(SIGSYS)"));
      assertThat(plugins.isolation(ExecutorIsolation.NONE).violations())
          .containsOnlyKeys("limits-file");
    }
  }

  /** What protoc made for the example is of the published protocol as it is now. */
  @Test
  void theExampleSpeaksThePublishedProtocol() throws Exception {
    var messages = HandshakeRequest.getDescriptor().getFile();
    var command =
        List.of(
            "/usr/bin/python3",
            "-BEsc",
            "import executor_host_pb2 as w, sys; sys.stdout.buffer.write(w.DESCRIPTOR.serialized_pb)");
    var process =
        new ProcessBuilder(command)
            .directory(example.program().resolveSibling("").toFile())
            .start();
    var theirs = FileDescriptorProto.parseFrom(process.getInputStream()).toBuilder();
    var ours = messages.toProto().toBuilder();

    assertThat(theirs.clearName().clearOptions().build())
        .isEqualTo(ours.clearName().clearOptions().build());
  }

  @Test
  void theLayersThatItLacksAreNamedWithIt() throws Exception {
    example.patch(
        "isolation=isolation()",
        "isolation=[wire.IsolationLayer(name=\"exec\", enforced=False, detail=\"ran sh\"),"
            + " wire.IsolationLayer(name=\"unix\", enforced=True, detail=\"it says\")]");
    try (var plugins = AdmittedPlugins.open(List.of(config(ALL, "shop")), state)) {
      assertThat(plugins.isolation(ExecutorIsolation.NONE).missing())
          .containsEntry("limits-file/exec", "ran sh")
          .containsEntry("limits-file/unix", "no filter covers a plugin's sockets")
          .doesNotContainKeys("limits-file/files", "limits-file/tcp", "limits-file/seccomp");
    }
  }

  private List<ProcessHandle> processes() {
    return ProcessHandle.current()
        .descendants()
        .filter(p -> p.info().commandLine().orElse("").contains(example.limits().toString()))
        .toList();
  }

  private static EpochSpec epoch(long number) {
    return new EpochSpec(
        "test",
        number,
        PolicySet.EMPTY.digest(),
        PolicySet.EMPTY,
        0,
        Optional.empty(),
        Optional.empty());
  }

  private static Answer ask(PluginExecutor plugin, ExecutorCall call) {
    return reports(plugin, call).getFirst().answer();
  }

  private static List<MemberReport> reports(PluginExecutor plugin, ExecutorCall call) {
    return outcome(plugin, call) instanceof CallOutcome.Done done
        ? done.reports()
        : List.of(MemberReport.unknown("", String.valueOf(outcome(plugin, call))));
  }

  private static CallOutcome outcome(PluginExecutor plugin, ExecutorCall call) {
    var invocation =
        new Invocation(plugin.name(), call, new FencingToken("test", 1), Duration.ofSeconds(20));
    var grant =
        new Grant(
            "1", new Grant.Purpose("test", "", 1), plugin.name(), call.verb(), "", Instant.MAX, "");
    try {
      return plugin.execute(invocation.with(grant));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String refusal(PluginConfig config) {
    return String.valueOf(
        catchThrowableOfType(
                SetupException.class, () -> AdmittedPlugins.open(List.of(config), state).close())
            .getMessage());
  }

  /** The hash of a program that a test may have changed on purpose. */
  private PluginConfig config(Map<String, String> operations, String... members) {
    var program =
        new PluginConfig.Program(
            example.program(),
            ExamplePlugin.hash(example.program()),
            example.arguments(),
            new TreeMap<>(example.files()));
    return config(program, operations, members);
  }

  private PluginConfig config(
      PluginConfig.Program program, Map<String, String> operations, String... members) {
    return new PluginConfig(
        "limits-file",
        program,
        new TreeMap<>(operations),
        List.of(members),
        example.rights(),
        Duration.ofSeconds(30));
  }
}
