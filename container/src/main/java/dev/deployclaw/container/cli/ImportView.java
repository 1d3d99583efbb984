package dev.deployclaw.container.cli;

import dev.deployclaw.policy.imports.Carried;
import dev.deployclaw.policy.imports.Carried.Exactness;
import dev.deployclaw.policy.imports.Imported;
import dev.deployclaw.policy.parse.Problem;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows what became of another system's limits. */
final class ImportView {
  private final Surroundings around;

  ImportView(Surroundings around) {
    this.around = around;
  }

  /**
   * @param written the documents that were made
   */
  void show(Imported imported, List<Path> written, boolean json) {
    show(imported, List.of(), written, json);
  }

  /**
   * @param writers of what was read, that go on writing it
   */
  void show(Imported imported, List<String> writers, List<Path> written, boolean json) {
    if (json) {
      var document = document(imported, written);
      document.put("writers", writers);
      around.out().println(Json.text(document));
    } else {
      around.out().print(text(imported, written));
      writers.forEach(w -> around.out().println("can't be owned: " + w));
    }
    imported.problems().forEach(p -> around.err().println("deployclaw: " + p.text()));
  }

  private static String text(Imported imported, List<Path> written) {
    var out = new StringBuilder();
    if (!imported.problems().isEmpty()) {
      return out.append("refused: its own loader would refuse it; nothing was written\n")
          .toString();
    }
    out.append(
        "%d rules: %d exact, %d approximate, %d not carried; %d policies\n"
            .formatted(
                imported.rules().size(),
                imported.count(Exactness.EXACT),
                imported.count(Exactness.APPROXIMATE),
                imported.count(Exactness.NOT_CARRIED),
                imported.policies().size()));
    imported.rules().stream()
        .filter(r -> r.exactness() != Exactness.EXACT)
        .forEach(r -> rule(r, out));
    imported.differs().forEach(d -> out.append("note: ").append(d).append('\n'));
    written.forEach(file -> out.append("wrote ").append(file).append('\n'));
    return out.toString();
  }

  private static void rule(Carried rule, StringBuilder out) {
    String into = rule.into().isEmpty() ? "" : " -> " + rule.into() + ", in shadow mode";
    out.append(
        "%s: %s: %s%s\n"
            .formatted(rule.place(), rule.exactness().word(), plain(rule.rule()), into));
    rule.differs().forEach(d -> out.append("    ").append(plain(d)).append('\n'));
  }

  private static Map<String, Object> document(Imported imported, List<Path> written) {
    var out = new LinkedHashMap<String, Object>();
    out.put("rules", imported.rules().stream().map(ImportView::rule).toList());
    out.put("notes", imported.differs());
    out.put("problems", imported.problems().stream().map(Problem::text).toList());
    out.put("policies", imported.policies().stream().map(p -> p.tenant()).toList());
    out.put("written", written.stream().map(Path::toString).toList());
    return out;
  }

  private static Map<String, Object> rule(Carried rule) {
    var out = new LinkedHashMap<String, Object>();
    out.put("place", rule.place());
    out.put("rule", rule.rule());
    out.put("carried", rule.exactness().word());
    out.put("into", rule.into());
    out.put("differs", rule.differs());
    return out;
  }

  /** What stood in a file, without what a terminal would obey. */
  private static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u0080-\\u009f]+", " ");
  }
}
