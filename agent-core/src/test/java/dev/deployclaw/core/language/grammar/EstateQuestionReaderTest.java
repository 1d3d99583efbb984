package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.NameInventoryFile;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EstateQuestionReaderTest {
  @Test
  void x() throws Exception {
    var inv =
        NameInventoryFile.read(
                Map.of(
                    "tenants",
                    Map.of(
                        "acme",
                        Map.of("tier", "gold"),
                        "umbrella",
                        Map.of("tier", "silver"),
                        "stark",
                        Map.of("tier", "gold"),
                        "wonka",
                        Map.of()),
                    "services",
                    List.of("search", "orders")))
            .inventory();
    for (String q : java.nio.file.Files.readAllLines(java.nio.file.Path.of("/tmp/questw/q.txt"))) {
      var a =
          new GrammarInterpreter()
              .read(new TaskRequest(q, "a", Instant.parse("2026-11-29T12:00:00Z")), inv);
      String s =
          switch (a) {
            case Interpretation.Inquiry(var e) -> "Q " + e.topic().word() + " " + e.arguments();
            case Interpretation.Planned(var i) ->
                "P " + dev.deployclaw.core.language.IntentJson.of(i);
            case Interpretation.NeedsClarification c -> "? " + c.texts();
            case Interpretation.Refused r -> "R " + r.reason();
          };
      System.out.println(
          q
              + "  ==> "
              + s
              + (GrammarInterpreter.class.getName().isEmpty()
                  ? ""
                  : EstateQuestionReader.mayAsk(q) ? "" : "  NOASK"));
    }
  }
}
