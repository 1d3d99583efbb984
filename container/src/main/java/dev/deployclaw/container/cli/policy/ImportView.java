package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.imports.ImportResult;
import dev.deployclaw.policy.imports.ImportedRule;
import dev.deployclaw.policy.imports.ImportedRule.Exactness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps and shows what became of another system's limits.
 *
 * @param into where documents are made; empty where they are only told of
 */
record ImportView(CommandEnvironment around, Optional<Path> into, boolean json) {
  /**
   * Makes the documents, tells of them, and returns the exit code.
   *
   * @param writers of what was read, that go on writing it
   * @param sound whether documents may be made of it
   */
  int keep(ImportResult imported, List<String> writers, boolean sound) throws SetupException {
    List<Path> written =
        into.isEmpty() || !sound
            ? List.of()
            : PolicyFolder.write(around.working().resolve(into.get()), imported.policies());
    if (json) {
      var document = document(imported, written);
      document.put("writers", writers);
      around.json(document);
    } else {
      text(imported, written).forEach(around::say);
      writers.forEach(w -> around.say("can't be owned: " + w));
    }
    imported.problems().forEach(p -> around.warn("deployclaw: " + p.text()));
    return (sound ? ExitCode.OK : ExitCode.INVALID).code();
  }

  private static List<String> text(ImportResult imported, List<Path> written) {
    var out = new ArrayList<String>();
    if (!imported.problems().isEmpty()) {
      out.add("refused: its own loader would refuse it; nothing was written");
      return out;
    }
    out.add(
        "%d rules: %d exact, %d approximate, %d not carried; %d policies"
            .formatted(
                imported.rules().size(),
                imported.count(Exactness.EXACT),
                imported.count(Exactness.APPROXIMATE),
                imported.count(Exactness.NOT_CARRIED),
                imported.policies().size()));
    imported.rules().stream()
        .filter(r -> r.exactness() != Exactness.EXACT)
        .forEach(r -> rule(r, out));
    imported.differs().forEach(d -> out.add("note: " + d));
    written.forEach(file -> out.add("wrote " + file));
    return out;
  }

  private static void rule(ImportedRule rule, List<String> out) {
    String into = rule.into().isEmpty() ? "" : " -> " + rule.into() + ", in shadow mode";
    out.add("%s: %s: %s%s".formatted(rule.place(), rule.exactness().word(), rule.rule(), into));
    rule.differs().forEach(d -> out.add("    " + d));
  }

  private static Map<String, Object> document(ImportResult imported, List<Path> written) {
    var out = new LinkedHashMap<String, Object>();
    out.put("rules", imported.rules());
    out.put("notes", imported.differs());
    out.put("problems", imported.problems().stream().map(DocumentProblem::text).toList());
    out.put("policies", imported.policies().stream().map(p -> p.tenant()).toList());
    out.put("written", written.stream().map(Path::toString).toList());
    return out;
  }
}
