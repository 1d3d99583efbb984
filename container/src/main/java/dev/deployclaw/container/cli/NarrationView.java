package dev.deployclaw.container.cli;

import dev.deployclaw.container.model.Narrator;
import dev.deployclaw.container.model.Narrator.Narration;
import dev.deployclaw.core.runtime.ExitCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An execution's timeline, and behind it what a model makes of it, marked as the model's. */
final class NarrationView {
  private final Surroundings around;
  private final boolean json;

  NarrationView(Surroundings around, boolean json) {
    this.around = around;
    this.json = json;
  }

  /** The timeline comes first and whole, whatever the model does. */
  int show(String timeline, Narrator narrator) throws InterruptedException {
    var lines = timeline.lines().toList();
    if (!json) {
      around.out().print(timeline);
    }
    return switch (narrator.tell(lines)) {
      case Narration.Told told -> told(lines, narrator.name(), told);
      case Narration.Silent(String reason) -> silent(lines, narrator.name(), reason);
    };
  }

  private int told(List<String> lines, String model, Narration.Told told) {
    if (json) {
      var words = words(model);
      words.put("text", told.text());
      words.put("unfounded_numbers", told.unfounded());
      print(lines, words);
      return ExitCode.OK.code();
    }
    around.out().printf("%nIn the words of model %s, which nobody checked:%n", model);
    told.text().lines().forEach(line -> around.out().println("  | " + line));
    if (!told.unfounded().isEmpty()) {
      around.out().println("In no record stand: " + String.join(", ", told.unfounded()));
    }
    return ExitCode.OK.code();
  }

  private int silent(List<String> lines, String model, String reason) {
    if (json) {
      var words = words(model);
      words.put("reason", reason);
      print(lines, words);
    }
    around
        .err()
        .printf(
            "deployclaw: model %s: %s; the records stand for themselves, and deployclaw doctor asks"
                + " the model one question%n",
            model, reason);
    return ExitCode.UNREACHABLE.code();
  }

  private static Map<String, Object> words(String model) {
    var words = new LinkedHashMap<String, Object>();
    words.put("model", model);
    words.put("checked", false);
    return words;
  }

  private void print(List<String> lines, Map<String, Object> words) {
    var out = new LinkedHashMap<String, Object>();
    out.put("timeline", lines);
    out.put("in_words", words);
    around.out().println(Json.text(out));
  }
}
