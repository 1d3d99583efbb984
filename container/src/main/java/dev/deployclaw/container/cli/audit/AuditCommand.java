package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.signin.SignInReader;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.BundleVerifier;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.view.ExecutionTimeline;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.cli.log.LogRebuilder;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.cli.session.LocalLogs;
import dev.deployclaw.container.cli.session.NarrationView;
import dev.deployclaw.container.cli.session.NarratorProvider;
import dev.deployclaw.container.cli.session.OfflineSettings;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.llm.ChatModelNarrator;
import dev.deployclaw.container.llm.ChatModelNarrator.Subject;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.result.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code audit verify | explain | sign-ins | diff-stream | copies | key | chain | bundle | …}. */
@Command(
    name = "audit",
    description = "Check and explain execution logs; their chain; the signing key.",
    footer = {
      "",
      "Examples:",
      "  deployclaw log last --json > log.json",
      "  deployclaw audit verify log.json --key \"$(deployclaw audit key)\"",
      "  deployclaw audit chain > chain.json",
      "  deployclaw audit bundle audit-2026 && deployclaw audit verify audit-2026",
      "  deployclaw audit explain last --tenant acme",
      "  deployclaw audit explain last --model",
      "  deployclaw audit sign-ins --since 2026-11-29",
      "  deployclaw audit diff-stream",
      "  deployclaw audit copies",
      "  deployclaw audit rebuild arch-2026-11-24-rate-limit-003 audit/rebuilt.json"
    })
public final class AuditCommand {
  /** What of an execution is explained. */
  static final class TimelineOptions {
    @Option(names = "--all", description = "Show routine entries, too, instead of their count.")
    private boolean all;

    @Option(
        names = "--tenant",
        paramLabel = "TENANT",
        description = "Only this tenant's differences.")
    private @Nullable String tenant;

    @Option(
        names = "--phase",
        paramLabel = "PHASE",
        converter = PhaseOptionConverter.class,
        completionCandidates = PhaseOptionConverter.class,
        description = "Only this phase: plan, gate, commit, …")
    private @Nullable Phase phase;

    ExecutionTimeline.Filter filter() {
      var word = Optional.ofNullable(phase).map(Phase::word);
      return new ExecutionTimeline.Filter(all, Optional.ofNullable(tenant), word);
    }
  }

  /** The chain that logs are compared with. */
  static final class ChainOptions {
    @Option(
        names = "--chain",
        paramLabel = "CHAIN",
        description =
            "The chain as `audit chain` prints it: each execution in it must be among "
                + "the files. If it is given twice, one must continue the other.")
    private @Nullable List<Path> files;

    @Option(
        names = "--without-chain",
        description = "Accept a folder without its chain: missing logs then stay unnoticed.")
    private boolean none;

    BundleVerifier.Asked asked(Path base, List<Path> logs) {
      return new BundleVerifier.Asked(base, files == null ? List.of() : files, logs, none);
    }
  }

  private final CommandEnvironment around;

  public AuditCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Command(
      description = "Verify that logs are complete and as they were signed; exit 9 if one isn't.")
  int verify(
      @Mixin CommonOptions shared,
      @Parameters(
              paramLabel = "FILE",
              arity = "1..*",
              description =
                  "Documents as `log --json` prints them, or folders as `audit bundle` makes them.")
          List<Path> files,
      @Mixin ChainOptions chains,
      @Option(
              names = "--key",
              paramLabel = "KEY",
              description =
                  "The key that is trusted, as `audit key` prints it; rotations since are"
                      + " followed.")
          @Nullable List<String> keys)
      throws SetupException {
    var trusted = keys == null ? List.<String>of() : keys.stream().map(String::strip).toList();
    var check = new BundleVerifier(new TrustedKeys(new HashSet<>(trusted)));
    try {
      check.files(chains.asked(around.working(), files));
    } catch (BundleVerifier.Unread e) {
      throw new SetupException(
          e.getMessage() + "; give a file of `log ID --json`, or a folder of `audit bundle`");
    }
    return LogFindingsView.of(check, !trusted.isEmpty()).show(around, shared.json());
  }

  @Command(description = "Print a timeline of one execution: decisions, problems, and changes.")
  int explain(
      @Mixin CommonOptions shared,
      @Parameters(paramLabel = "ID|last", arity = "1", description = "The execution.") String id,
      @Mixin TimelineOptions narrowing,
      @Option(
              names = "--model",
              description =
                  "Also print it in the configured language model's words, marked as "
                      + "such. The timeline is sent to its provider.")
          boolean model)
      throws InvalidConfigException, SetupException, InterruptedException {
    var narrator =
        model ? NarratorProvider.of(around, shared) : Optional.<ChatModelNarrator>empty();
    if (model && narrator.isEmpty()) {
      return NarratorProvider.NONE.report(around, shared.json());
    }
    try (var logs = OfflineSettings.of(around, shared).logs()) {
      var chosen = logs.find(id);
      if (chosen.isEmpty()) {
        return CommandFailure.noExecution(id).report(around, shared.json());
      }
      var told = ExecutionTimeline.of(logs.journal().read(chosen.get()), narrowing.filter());
      if (narrator.isPresent()) {
        return inWords(told, shared.json(), narrator.get());
      }
      around.out().print(shared.json() ? JsonOutput.text(told.lines().toList()) + "\n" : told);
      return ExitCode.OK.code();
    }
  }

  /** The timeline comes first and whole, whatever the model does. */
  private int inWords(String timeline, boolean json, ChatModelNarrator narrator)
      throws InterruptedException {
    var lines = timeline.lines().toList();
    if (!json) {
      around.out().print(timeline);
    }
    var narration = narrator.tell(Subject.EXECUTION, lines);
    return new NarrationView(around, json).behind(Map.of("timeline", lines), narration);
  }

  @Command(
      name = "sign-ins",
      description = "Show sign-ins, sign-outs and refusals; exit 9 if one of their logs is wrong.")
  int signIns(
      @Mixin CommonOptions shared,
      @Parameters(
              paramLabel = "LOG",
              arity = "0..1",
              description = "Print this log, as a document for `audit verify`.")
          @Nullable String log,
      @Option(
              names = "--since",
              paramLabel = "TIME",
              description = "Only from this day, or instant, on; logs in the bucket, too.")
          @Nullable String since)
      throws InvalidConfigException, SetupException, IOException {
    var local = OfflineSettings.of(around, shared);
    try (var bucket = local.bucket()) {
      var reader = SignInReader.open(local.stateDir(), Set.of(), bucket);
      if (reader.isEmpty()) {
        around.warn("deployclaw: no agent has served from " + local.stateDir());
        return log == null
            ? SignInsView.NONE.show(around, shared.json())
            : document(List.of(), log, shared);
      }
      try (var logs = reader.get()) {
        var period = since == null ? Optional.<ExportPeriod>empty() : Optional.of(period(since));
        return log == null
            ? SignInsView.of(logs, period).show(around, shared.json())
            : document(logs.records(log), log, shared);
      }
    }
  }

  private int document(List<byte[]> records, String log, CommonOptions shared)
      throws InvalidConfigException {
    if (records.isEmpty()) {
      return CommandFailure.usage("there is no log " + log + "; see: deployclaw audit sign-ins")
          .report(around, shared.json());
    }
    var signer = HeadSigner.open(OfflineSettings.of(around, shared).stateDir());
    around.out().print(ExecutionDocument.of(records, signer).text());
    return ExitCode.OK.code();
  }

  private static ExportPeriod period(String since) throws SetupException {
    try {
      return ExportPeriod.between(since, "");
    } catch (ExportPeriod.InvalidPeriodException e) {
      throw new SetupException(String.valueOf(e.getMessage()));
    }
  }

  @Command(
      name = "diff-stream",
      description = "Compare the stream with the local journal; exit 9 if they differ. Needs NATS.")
  int diffStream(
      @Mixin CommonOptions shared,
      @Parameters(
              paramLabel = "ID|last",
              arity = "0..1",
              description = "The execution; by default all of them.")
          @Nullable String id)
      throws InvalidConfigException, SetupException, InterruptedException {
    return new StreamComparison(around, shared).compare(Optional.ofNullable(id));
  }

  @Command(
      description = "Verify the bucket's copies of ended logs; exit 9 if one is wrong. Needs S3.")
  int copies(
      @Mixin CommonOptions shared,
      @Parameters(
              paramLabel = "ID|last",
              arity = "0..1",
              description = "The execution; by default all of them.")
          @Nullable String id)
      throws InvalidConfigException, SetupException, InterruptedException {
    var asked = Optional.ofNullable(id);
    boolean json = shared.json();
    var config = AgentSession.config(around, shared);
    try (var logs = LocalLogs.open(config.stateDir(), Optional.of(config))) {
      var one = asked.flatMap(logs::find);
      if (asked.isPresent() && one.isEmpty()) {
        return CommandFailure.noExecution(asked.get()).report(around, json);
      }
      var chosen = one.map(List::of).orElseGet(logs.journal()::known);
      return LogCopiesView.of(config, chosen, asked.isEmpty()).show(around, json);
    } catch (IOException e) {
      return new CommandFailure(ExitCode.UNREACHABLE, e.getMessage() + "; see: deployclaw doctor")
          .report(around, json);
    }
  }

  @Command(description = "Print the public key of this agent's log signatures (X.509, Base64).")
  int key(
      @Mixin CommonOptions shared,
      @Option(
              names = "--rotate",
              description =
                  "Replace the key. Verifiers that trust the old key follow the record "
                      + "that both keys signed.")
          boolean rotate)
      throws InvalidConfigException, SetupException {
    var signer = HeadSigner.open(OfflineSettings.of(around, shared).stateDir());
    String key = rotate ? rotated(signer) : signer.publicKey();
    around.out().println(shared.json() ? JsonOutput.text(Map.of("key", key)) : key);
    return ExitCode.OK.code();
  }

  private static String rotated(HeadSigner signer) throws SetupException {
    try {
      return signer.rotate(Instant.now());
    } catch (HeadSigner.NotRotated e) {
      throw new SetupException(String.valueOf(e.getMessage()));
    }
  }

  @Command(description = "Print the signed chain of the ends of all executions. Needs etcd.")
  int chain(
      @Mixin CommonOptions shared,
      @Option(
              names = "--bucket",
              description = "Read it from the bucket, where links can't be overwritten.")
          boolean bucket)
      throws InvalidConfigException, SetupException, InterruptedException {
    return new ExecutionChainView(around, shared).print(bucket);
  }

  @Command(description = "Write this machine's logs and their chain into a folder. Needs etcd.")
  int bundle(
      @Mixin CommonOptions shared,
      @Parameters(paramLabel = "FOLDER", arity = "1", description = "A new or empty one.")
          Path folder)
      throws InvalidConfigException, SetupException, InterruptedException {
    return new ExecutionChainView(around, shared).bundle(folder);
  }

  @Command(description = "Rebuild the log of a lost machine; exit 9 if records are lost.")
  int rebuild(
      @Mixin CommonOptions shared,
      @Parameters(paramLabel = "ID", arity = "1", description = "The execution.") String id,
      @Parameters(
              paramLabel = "FILE",
              arity = "1",
              description = "A new file for its document, signed by this machine's key.")
          Path file)
      throws InvalidConfigException, SetupException, InterruptedException {
    return new LogRebuilder(around, shared).write(id, file);
  }

  /** The word of a phase as an option's value; offers all of them to the shell's completion. */
  private static final class PhaseOptionConverter
      implements ITypeConverter<Phase>, Iterable<String> {
    private static final List<String> WORDS =
        Arrays.stream(Phase.values()).map(Phase::word).toList();

    @Override
    public Phase convert(String word) {
      return Arrays.stream(Phase.values())
          .filter(phase -> phase.word().equals(word))
          .findFirst()
          .orElseThrow(() ->
              new TypeConversionException(
                  "\"" + word + "\" isn't a phase; give one of " + String.join(", ", WORDS)));
    }

    @Override
    public Iterator<String> iterator() {
      return WORDS.iterator();
    }
  }
}
