package dev.deployclaw.container.cli.plan;

import dev.deployclaw.container.cli.console.BoundedTextFile;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.NarratorProvider;
import dev.deployclaw.container.cli.session.OfflineSettings;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.llm.ChatModelFactory;
import dev.deployclaw.container.llm.ModelCassette;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which model is evaluated, if any, and where its answers are recorded. */
final class EvaluatedModelOptions {
  private static final int MOST_BYTES = 64 << 20;
  private static final String GRAMMAR = "the grammar";

  @Option(names = "--rules", description = "The grammar alone, even if a model is configured.")
  private boolean rules;

  @Option(names = "--model", description = "The configured model; fails if there is none.")
  private boolean model;

  @Option(
      names = "--record",
      paramLabel = "CASSETTE",
      description = {
        "Keep the model's answers in this file, and ask only for what it lacks. Without a model,"
            + " open prompts are written to CASSETTE.prompts.jsonl (exit code 3)."
      })
  private @Nullable Path record;

  @Option(
      names = "--answers",
      paramLabel = "FILE",
      description = "With --record: add answers given by hand, JSON lines {key, answer}.")
  private @Nullable Path answers;

  @Option(
      names = "--answered-by",
      paramLabel = "WHO",
      description = "Who gave the answers; by default the configured model's name.")
  private String answeredBy = "";

  @Option(
      names = "--replay",
      paramLabel = "CASSETTE",
      description = "Answer from this file, never over the network.")
  private @Nullable Path replay;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  EvaluatedModel open(CommandEnvironment around, CommonOptions shared, ZoneId zone)
      throws SetupException, InvalidConfigException {
    if (Stream.of(rules, model, record != null, replay != null).filter(o -> o).count() > 1) {
      throw wrong("give one of --rules, --model, --record and --replay");
    }
    if (answers != null && (record == null || answeredBy.isBlank())) {
      throw wrong("--answers needs --record CASSETTE and --answered-by WHO");
    }
    var grammar = new GrammarInterpreter(zone);
    if (replay != null) {
      var tape = ModelCassette.of(replay, Optional.of(text(around, replay)), Optional.empty());
      var reader = new CheckedInterpreter(grammar, tape.proposer(), zone);
      return new EvaluatedModel(reader, tape.answeredBy(), Optional.of(tape), Optional.empty());
    }
    var config =
        rules || answers != null
            ? Optional.<ModelConfig>empty()
            : OfflineSettings.of(around, shared).config().flatMap(AgentConfig::model);
    if (record != null) {
      var tape = recording(around, record, config);
      String who =
          answeredBy.isBlank()
              ? config.map(ModelConfig::name).orElse(tape.answeredBy())
              : answeredBy;
      var reader = new CheckedInterpreter(grammar, tape.proposer(), zone);
      var place = around.working().resolve(record);
      return new EvaluatedModel(reader, who, Optional.of(tape), Optional.of(place));
    }
    if (model && config.isEmpty()) {
      throw new SetupException(NarratorProvider.NONE.reason());
    }
    return config
        .map(c -> {
          var reader = new CheckedInterpreter(grammar, ChatModelFactory.proposer(c), zone);
          return new EvaluatedModel(reader, c.name(), Optional.empty(), Optional.empty());
        })
        .orElseGet(() -> new EvaluatedModel(grammar, GRAMMAR, Optional.empty(), Optional.empty()));
  }

  private ModelCassette recording(
      CommandEnvironment around, Path name, Optional<ModelConfig> config) throws SetupException {
    boolean there = Files.exists(around.working().resolve(name));
    var before = there ? Optional.of(text(around, name)) : Optional.<String>empty();
    var tape = ModelCassette.of(name, before, config);
    String who = answeredBy.isBlank() ? config.map(ModelConfig::name).orElse("") : answeredBy;
    if (there && !who.isEmpty() && !who.equals(tape.answeredBy())) {
      throw new SetupException(
          "%s has answers by %s, not by %s; record into another file"
              .formatted(name, tape.answeredBy(), who));
    }
    if (answers != null) {
      tape.add(answers, text(around, answers));
    }
    return tape;
  }

  private static String text(CommandEnvironment around, Path name) throws SetupException {
    return BoundedTextFile.needed(
        name, around.working().resolve(name), MOST_BYTES, "the file that --record writes");
  }

  private ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
