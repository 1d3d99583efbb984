package dev.deployclaw.container.cli.session;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.llm.ChatModelNarrator.Narration;
import dev.deployclaw.core.result.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a model makes of a timeline or a plan, shown behind it and marked as the model's. */
public record NarrationView(CommandEnvironment around, boolean json) {
  /**
   * Behind what people have on their screen already; programs are given both in one document.
   *
   * @param records the document that it was told of
   */
  public int behind(Map<String, Object> records, Narration narration) {
    if (json) {
      var out = new LinkedHashMap<>(records);
      out.put("in_words", document(narration));
      around.json(out);
    }
    return switch (narration) {
      case Narration.Told told -> told(told);
      case Narration.Silent silent -> silent(silent);
    };
  }

  private int told(Narration.Told told) {
    if (!json) {
      around.out().println();
      around.say("In the words of model %s, unchecked:".formatted(told.cost().model()));
      told.text().lines().forEach(line -> around.say("  | " + line));
      if (!told.unfounded().isEmpty()) {
        around.say("In no record: " + String.join(", ", told.unfounded()));
      }
    }
    return ExitCode.OK.code();
  }

  private int silent(Narration.Silent silent) {
    around.warn(
        ("deployclaw: model %s: %s; the records are complete without it, and deployclaw "
                    + "doctor asks the")
                .formatted(silent.cost().model(), silent.reason())
            + " model one question");
    return ExitCode.UNREACHABLE.code();
  }

  private static Map<String, Object> document(Narration narration) {
    var words = new LinkedHashMap<>(narration.cost().facts());
    words.put("checked", false);
    switch (narration) {
      case Narration.Told told -> {
        words.put("text", told.text());
        words.put("unfounded_numbers", told.unfounded());
      }
      case Narration.Silent silent -> words.put("reason", silent.reason());
    }
    return words;
  }
}
