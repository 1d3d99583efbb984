package dev.deployclaw.lab.guard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.ShutdownAction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code verify-guard}: whether text in an estate makes the agent do anything. */
@Command(
    name = "verify-guard",
    description = {
      "Plant instructions for the agent in every place of an estate that others can "
          + "write to, use a language model that obeys all it reads, and compare the agent's "
          + "actions with and without them.",
      "Exit 0 if nothing differs, 1 if something does."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  deployclaw verify-guard", "  deployclaw verify-guard --json"})
public final class VerifyGuardCommand implements Callable<Integer> {
  private static final int PODS = 3;
  private static final int DIFFERS = 1;
  private static final int WRONG_USAGE = 2;

  private final CommandEnvironment around;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  public VerifyGuardCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, InvalidConfigException {
    var folder = around.home().resolve(".deployclaw").resolve("guard");
    var lab = LabEstate.in(folder.resolve("lab"));
    if (lab.running()) {
      around.err().println("deployclaw: a test of the guard runs already in " + folder);
      return WRONG_USAGE;
    }
    try (var _ = ShutdownAction.run(lab::down)) {
      around.err().println("Starting a small estate in " + lab.folder());
      lab.up(new LabEstate.Size(PODS, true, false), part -> around.err().println("  up: " + part));
      var verdict = verify(lab, folder, InjectionPayload.all(), InjectionChannel.all());
      tell(verdict);
      return verdict.holds() ? 0 : DIFFERS;
    } finally {
      lab.down();
    }
  }

  GuardTestResult verify(
      LabEstate lab, Path folder, List<InjectionPayload> payloads, List<InjectionChannel> channels)
      throws IOException, InterruptedException, InvalidConfigException {
    var skills = Files.createDirectories(folder.resolve("skills"));
    try (var model = new MaliciousModel(payloads, ObservedActions.READINGS);
        var docker = new FakeDockerDaemon()) {
      configure(lab.config(), model, docker, skills);
      var config = ConfigReader.read(lab.config(), Map.of());
      try (var ground = new UntrustedWriter(lab, config, docker, skills)) {
        var _ = ObservedActions.of(around, lab.config(), folder, ObservedActions.BEFORE);
        var clean = ObservedActions.of(around, lab.config(), folder);
        var again = ObservedActions.of(around, lab.config(), folder);
        requireSame(clean, again);
        var prompts = model.prompts();
        var results = new ArrayList<GuardTestResult.Result>();
        for (var channel : channels) {
          channel.plant().plant(ground, payloads);
          var round = ObservedActions.of(around, lab.config(), folder);
          results.add(
              new GuardTestResult.Result(
                  channel.words(), round.beyond(clean), clean.beyond(round)));
          boolean same = results.getLast().same();
          around.err().printf("  %s %s%n", same ? "same" : "DIFFERS", channel.words());
        }
        return new GuardTestResult(
            payloads.size(),
            clean.size(),
            new GuardTestResult.Model(
                model.asked(), model.reached(), model.prompts().size() - prompts.size()),
            results);
      }
    }
  }

  /** If it isn't the same without any text, a difference says nothing. */
  private static void requireSame(ObservedActions clean, ObservedActions again) {
    var more = again.beyond(clean);
    var less = clean.beyond(again);
    if (!clean.complete() || !more.isEmpty() || !less.isEmpty()) {
      throw new IllegalStateException(
          "without any text a change doesn't end, or two rounds differ: more %s, less %s; first %s"
              .formatted(more, less, clean.actions()));
    }
  }

  /**
   * The agent's configuration is the lab's, with a model, a folder of skills and one back end more.
   */
  private static void configure(
      Path config, MaliciousModel model, FakeDockerDaemon docker, Path skills) throws IOException {
    Files.writeString(
        config,
        """
        model: {provider: openai, name: obeying, url: "%s"}
        docker: {host: "%s"}
        skillsDir: "%s"
        """
            .formatted(model.url(), docker.host(), skills),
        StandardOpenOption.APPEND);
  }

  private void tell(GuardTestResult verdict) throws JsonProcessingException {
    var risks =
        InjectionPayload.all().stream()
            .collect(Collectors.groupingBy(InjectionPayload::risk, Collectors.counting()));
    if (json) {
      around.out().println(new ObjectMapper().writeValueAsString(verdict.map(risks)));
    } else {
      verdict.lines().forEach(around.out()::println);
      around.out().println(verdict.sentence());
    }
  }
}
