package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.BoundedTextFile;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.policy.imports.DescriptorImport;
import dev.deployclaw.policy.imports.DescriptorKeyMapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import FILE... --into FOLDER}. */
@Command(
    name = "import",
    description = {
      "Convert the limits of envoyproxy/ratelimit (its YAML files) into policy documents.",
      "Lists what can't be converted exactly. Needs no back end."
    },
    footer = {
      "",
      "Meanings of a key (--map KEY=WHAT): tenant, service, route, method, client-address,",
      "header:NAME, or any for one that every request of the domain has.",
      "",
      "Examples:",
      "  deployclaw import ratelimit/config.yaml --into policies",
      "  deployclaw import *.yaml --map user_id=header:x-user --map generic_key=service",
      "  deployclaw import config.yaml --strict --json"
    })
public final class ImportCommand extends ConsoleCommand {
  private static final int MOST_BYTES = 16 << 20;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "All files of the configuration.")
  private List<Path> files = List.of();

  @Option(
      names = "--into",
      paramLabel = "FOLDER",
      description = "A folder for one document per tenant; without it, only the report is printed.")
  private @Nullable Path into;

  @Option(
      names = "--map",
      paramLabel = "KEY=WHAT",
      description = "What a descriptor's key means. Repeatable; see below.")
  private List<String> meanings = List.of();

  @Option(
      names = "--strict",
      description = "Write nothing, exit 8, if anything can't be converted exactly.")
  private boolean strict;

  public ImportCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    var imported = DescriptorImport.of(read(), mapping());
    boolean inexact = imported.rules().stream().anyMatch(r -> !r.differs().isEmpty());
    boolean sound = imported.problems().isEmpty() && !(strict && inexact);
    return new ImportView(around, Optional.ofNullable(into), shared.json())
        .keep(imported, List.of(), sound);
  }

  private List<DescriptorImport.File> read() throws SetupException {
    List<DescriptorImport.File> out = new ArrayList<>();
    for (Path file : files) {
      Path place = around.working().resolve(file);
      String text = BoundedTextFile.needed(file, place, MOST_BYTES, "a file of its configuration");
      out.add(new DescriptorImport.File(file.toString(), text));
    }
    return out;
  }

  private DescriptorKeyMapping mapping() {
    var mapping = DescriptorKeyMapping.USUAL;
    for (String meaning : meanings) {
      int equals = meaning.indexOf('=');
      Optional<DescriptorKeyMapping.Meaning> what =
          equals < 1
              ? Optional.empty()
              : DescriptorKeyMapping.Meaning.ofWord(meaning.substring(equals + 1));
      if (what.isEmpty()) {
        throw wrong(
            "--map: \""
                + meaning
                + "\" is not KEY=WHAT with one of tenant, service, route, method,"
                + " client-address, header:NAME, any");
      }
      mapping = mapping.with(meaning.substring(0, equals), what.get());
    }
    return mapping;
  }
}
