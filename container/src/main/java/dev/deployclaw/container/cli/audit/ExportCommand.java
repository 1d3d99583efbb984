package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.ExportPeriod.InvalidPeriodException;
import dev.deployclaw.audit.export.ExportTotals;
import dev.deployclaw.audit.export.LogExport;
import dev.deployclaw.audit.export.LogExport.Format;
import dev.deployclaw.audit.export.LogExport.Order;
import dev.deployclaw.audit.export.LogVerdict.Kind;
import dev.deployclaw.audit.signin.SignInExport;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.audit.signin.SignInReader;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.session.LocalLogs;
import dev.deployclaw.container.cli.session.OfflineSettings;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.core.result.ExitCode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code export}: this machine's logs for auditors, each verified on the way. */
@Command(
    name = "export",
    description = "Write this machine's logs for auditors; exit 9 if one doesn't verify.",
    footer = {
      "",
      "Examples:",
      "  deployclaw export --format report --month 2026-11 --out november.html",
      "  deployclaw export --format csv --since 2026-11-01 --until 2026-12-01 > nov.csv",
      "  deployclaw export --format ocsf --since 2026-11-29T00:00:00Z --out all.jsonl"
    })
public final class ExportCommand extends ConsoleCommand {
  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      converter = ExportFormatConverter.class,
      completionCandidates = ExportFormatConverter.class,
      description = "ocsf: one event per line (OCSF 1.8.0); csv: who changed what; report: a page.")
  private Format format = Format.CSV;

  @Option(names = "--month", paramLabel = "YYYY-MM", description = "Only this month, in UTC.")
  private @Nullable String month;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only from this day, or instant, on: 2026-11-01, 2026-11-01T08:30:00Z.")
  private String since = "";

  @Option(names = "--until", paramLabel = "TIME", description = "Only events before it.")
  private String until = "";

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The file; by default standard output.")
  private @Nullable String file;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "The key that is trusted, as `audit key` prints it; by default this machine's own.")
  private List<String> keys = List.of();

  public ExportCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    if (shared.json() && file == null) {
      throw new SetupException("--json needs --out: standard output can't hold both documents");
    }
    var order = new Order(format, period(), Instant.now());
    var local = OfflineSettings.of(around, shared);
    try (var logs = local.logs()) {
      boolean served = Files.isDirectory(SignInJournal.folder(local.stateDir()));
      if (logs.journal().known().isEmpty() && !(served && format == Format.OCSF)) {
        return CommandFailure.usage("there is no execution under " + local.stateDir())
            .report(around, shared.json());
      }
      var ends = LogEndVerifier.of(local.stateDir(), trusted());
      var export = new LogExport(logs.journal(), ends);
      return told(order, written(out -> write(order, export, signIns(local, logs), out)));
    }
  }

  private static ExportTotals write(
      Order order, LogExport export, Optional<SignInReader> signIns, Writer out)
      throws IOException {
    var totals = export.write(order, out);
    if (signIns.isPresent()) {
      try (var reader = signIns.get()) {
        new SignInExport(reader).write(order, out, totals);
      }
    }
    return totals;
  }

  /** Events alone have them. */
  private Optional<SignInReader> signIns(OfflineSettings local, LocalLogs logs) {
    return format == Format.OCSF
        ? SignInReader.open(local.stateDir(), trusted(), logs.bucket())
        : Optional.empty();
  }

  private Set<String> trusted() {
    return keys.stream().map(String::strip).collect(Collectors.toSet());
  }

  private ExportPeriod period() throws SetupException {
    try {
      boolean span = !since.isEmpty() || !until.isEmpty();
      if (month != null && span) {
        throw new SetupException("--month excludes --since and --until: give one of them");
      }
      if (format == Format.REPORT && month == null && (since.isEmpty() || until.isEmpty())) {
        throw new SetupException("a report needs --month, or both --since and --until");
      }
      if (month != null) {
        return ExportPeriod.month(month);
      }
      return span ? ExportPeriod.between(since, until) : ExportPeriod.ALL;
    } catch (InvalidPeriodException e) {
      throw new SetupException(String.valueOf(e.getMessage()));
    }
  }

  private ExportTotals written(Content<ExportTotals> content) throws SetupException {
    return file == null
        ? print(around.out(), content)
        : write(file, around.working().resolve(file), content);
  }

  private int told(Order order, ExportTotals totals) {
    boolean failed = totals.count(Kind.FAILED) > 0;
    if (shared.json()) {
      around.json(document(order, totals));
    } else if (file == null) {
      around.warn("deployclaw: " + sentence(order, totals));
    } else {
      around.say(file + ": " + sentence(order, totals));
    }
    return (failed ? ExitCode.AUDIT_FAILED : ExitCode.OK).code();
  }

  private static String sentence(Order order, ExportTotals totals) {
    return "logs of %s: %d verified, %d unfinished, %d not verified"
        .formatted(
            order.period().name(),
            totals.count(Kind.VERIFIED),
            totals.count(Kind.UNFINISHED),
            totals.count(Kind.FAILED));
  }

  private Map<String, Object> document(Order order, ExportTotals totals) {
    var out = new LinkedHashMap<String, Object>();
    out.put("format", ExportFormatConverter.word(order.format()));
    out.put("file", String.valueOf(file));
    out.put("period", order.period().name());
    out.put("logs", totals.all());
    out.put("verified", totals.count(Kind.VERIFIED));
    out.put("unfinished", totals.count(Kind.UNFINISHED));
    out.put("not_verified", totals.count(Kind.FAILED));
    out.put("keys", totals.keys().stream().sorted().toList());
    return out;
  }

  /** The word of an export's format as an option's value; offers all to the shell's completion. */
  private static final class ExportFormatConverter
      implements ITypeConverter<Format>, Iterable<String> {
    private static final List<String> WORDS =
        Arrays.stream(Format.values()).map(ExportFormatConverter::word).toList();

    static String word(Format format) {
      return format.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Format convert(String word) {
      return Arrays.stream(Format.values())
          .filter(format -> word(format).equals(word))
          .findFirst()
          .orElseThrow(() ->
              new TypeConversionException(
                  "\"" + word + "\" isn't a format; give one of " + String.join(", ", WORDS)));
    }

    @Override
    public Iterator<String> iterator() {
      return WORDS.iterator();
    }
  }

  /** Writes all of it. */
  interface Content<T> {
    T writeTo(Writer out) throws IOException;
  }

  /**
   * A file that is there as a whole or not at all: writes a new one, then puts it in the place of
   * one with that name.
   *
   * @param name as the person wrote it
   */
  private static <T> T write(String name, Path file, Content<T> content) throws SetupException {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new SetupException(name + " isn't a file; name a file");
      }
      Path folder = file.toAbsolutePath().resolveSibling(".");
      Path fresh = Files.createTempFile(folder, ".export", ".tmp");
      try {
        T written;
        try (var out = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
          written = content.writeTo(out);
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        return written;
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw FileFault.unwritable(name, e);
    }
  }

  /**
   * @throws SetupException when the reader of standard output went away
   */
  private static <T> T print(PrintStream screen, Content<T> content) throws SetupException {
    try {
      var out = new BufferedWriter(new OutputStreamWriter(screen, StandardCharsets.UTF_8));
      T written = content.writeTo(out);
      if (screen.checkError()) {
        throw new SetupException("standard output can't be written; name a file with --out");
      }
      return written;
    } catch (IOException e) {
      throw FileFault.unwritable("the export", e);
    }
  }
}
