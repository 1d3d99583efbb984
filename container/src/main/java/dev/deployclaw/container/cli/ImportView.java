package dev.deployclaw.container.cli;

import dev.deployclaw.policy.imports.Carried;
import dev.deployclaw.policy.imports.Carried.Exactness;
import dev.deployclaw.policy.imports.Imported;
import dev.deployclaw.policy.parse.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
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
      text(imported, written).forEach(around::say);
      writers.forEach(w -> around.say("can't be owned: " + w));
    }
    imported.problems().forEach(p -> around.warn("deployclaw: " + p.text()));
  }

  private static List<String> text(Imported imported, List<Path> written) {
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

  private static void rule(Carried rule, List<String> out) {
    String into = rule.into().isEmpty() ? "" : " -> " + rule.into() + ", in shadow mode";
    out.add("%s: %s: %s%s".formatted(rule.place(), rule.exactness().word(), rule.rule(), into));
    rule.differs().forEach(d -> out.add("    " + d));
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
}
