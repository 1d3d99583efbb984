package dev.deployclaw.audit.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.audit.view.LogTextRenderer;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutionDocumentTest {
  private static final Schema SCHEMA = schema();
  private final ExecutionDocument reference = ExecutionDocument.of(Runs.bytes(Runs.reference()));

  @Test
  void hasTheFieldsOfTheReferenceRunInTheirOrder() {
    assertThat(reference.fields().keySet())
        .containsExactly(
            "execution_id",
            "agent",
            "timestamp",
            "request",
            "requester",
            "thought_log",
            "result",
            "duration_seconds",
            "phases",
            "rollback_available",
            "epoch",
            "plan_hash",
            "checkpoint",
            "validation",
            "records",
            "audit");
    assertThat(reference.fields())
        .containsEntry("agent", "System Architect")
        .containsEntry("execution_id", Runs.ID)
        .containsEntry("timestamp", "2026-11-24T10:00:00.123456Z")
        .containsEntry("result", "COMPLETED")
        .containsEntry("rollback_available", true)
        .containsEntry("epoch", 7L);
  }

  @Test
  void showsEachStepOnceWithItsRecordsUnderIt() {
    List<Map<String, Object>> steps = steps(reference);

    assertThat(steps).hasSize(6);
    for (int i = 0; i < 6; i++) {
      Map<String, Object> step = steps.get(i);
      assertThat(step)
          .containsEntry("step", i + 1L)
          .containsEntry("status", "OK")
          .containsEntry("duration_ms", new BigDecimal("12.345"));
      assertThat((List<?>) step.get("records")).hasSize(2);
    }
    assertThat((List<?>) reference.fields().get("records")).hasSize(2);
  }

  @Test
  void derivesDecimalsExactlyFromMicroseconds() {
    String text = reference.text();

    assertThat(text)
        .contains("\"duration_seconds\": 3.412,")
        .contains("\"p50_ms\": 2.3,")
        .contains("\"p99_ms\": 18,")
        .contains("\"p99_ms\": 17.001,")
        .contains("\"commit_ms\": 1.25,")
        .contains("\"waiting_ms\": 2000");
  }

  @Test
  void givesTheSameTextForTheSameRecords(@TempDir Path state) {
    var signer = HeadSigner.open(state);
    List<byte[]> records = Runs.bytes(Runs.reference());

    String first = ExecutionDocument.of(records, signer).text();
    String second = ExecutionDocument.of(records, HeadSigner.open(state)).text();

    assertThat(first).isEqualTo(second).startsWith("{\n  \"execution_id\": ").endsWith("}\n");
  }

  @Test
  void conformsToThePublishedSchema(@TempDir Path state) {
    List<byte[]> records = Runs.bytes(Runs.reference());

    assertThat(faults(reference)).isEmpty();
    assertThat(faults(ExecutionDocument.of(records, HeadSigner.open(state)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COMPLETED",
        "NO_CHANGE",
        "HELD",
        "ROLLED_BACK",
        "ABORTED",
        "REFUSED",
        "NEEDS_CLARIFICATION",
        "FAILED",
        "UNKNOWN"
      })
  void conformsToTheSchemaHoweverItEnds(String result) {
    Map<String, Object> facts =
        Map.of("result", result, "request", "x", "reason", "because", "questions", List.of("Who?"));
    var end = Runs.thought(Runs.ID, 0, "Finished", Phase.END, facts);

    assertThat(faults(ExecutionDocument.of(Runs.bytes(Runs.seal(List.of(end)))))).isEmpty();
  }

  @Test
  void isUnfinishedUntilAnEndRecordIsTheLast() {
    List<SealedRecord> chain = Runs.reference();

    for (int length = 1; length < chain.size(); length++) {
      var document = ExecutionDocument.of(Runs.bytes(chain.subList(0, length)));

      assertThat(document.result()).isEqualTo("UNFINISHED");
      assertThat(document.fields()).containsEntry("request", Runs.REQUEST);
      assertThat(document.fields()).containsEntry("rollback_available", false);
      assertThat(faults(document)).isEmpty();
    }
  }

  @Test
  void takesTheLastSummaryOfAStepAndSaysUnknownWhereThereIsNone() {
    var thoughts =
        List.of(
            Runs.thought(Runs.ID, 1, "Held", Phase.GATE, Map.of("summary", true)),
            Runs.thought(Runs.ID, 1, "Applied", Phase.COMMIT, Map.of("summary", true)),
            Runs.thought(Runs.ID, 2, "Probing", Phase.VALIDATE, Map.of()));

    var document = ExecutionDocument.of(Runs.bytes(Runs.seal(thoughts)));

    List<Map<String, Object>> steps = steps(document);
    assertThat(steps.get(0)).containsEntry("action", "Applied");
    assertThat(steps.get(1)).containsEntry("status", "UNKNOWN");
  }

  @Test
  void refusesAnExecutionWithoutRecords() {
    assertThatThrownBy(() -> ExecutionDocument.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void schemaBites() {
    String broken = reference.text().replace("\"COMPLETED\",\n  \"dur", "\"FINE\",\n  \"dur");

    assertThat(SCHEMA.validate(broken, InputFormat.JSON)).isNotEmpty();
  }

  @Test
  void readsWellOnATerminal() {
    assertThat(LogTextRenderer.of(reference))
        .startsWith(Runs.ID + "  COMPLETED in 3.412 s\n  \"" + Runs.REQUEST + "\", asked by ana\n")
        .contains(" 1 ✓ Analyzing service topology ")
        .contains("Activation  epoch 7, plan 5f5f5f5f5f5f…, rollback available\n")
        .contains("500 requests as expected (333 allowed, 167 refused); p50 2.3 ms, p99 18 ms\n")
        .contains("14 records, head ")
        .doesNotContain("\u001b");
  }

  @Test
  void saysOfWhatIsHeldThatNothingIsActivated() {
    var held = new TreeMap<>(reference.fields());
    held.put("result", "HELD");

    assertThat(LogTextRenderer.of(new ExecutionDocument(held)))
        .contains("Activation  none; it would be epoch 7, plan 5f5f5f5f5f5f…\n");
  }

  @Test
  void showsTheWholeRequestBesideItsLastAnswer() {
    var thought = Runs.thought(Runs.ID, 1, "Reading the conversation", Phase.PLAN, Map.of());

    assertThat(LogTextRenderer.of(ExecutionDocument.of(Runs.bytes(Runs.seal(List.of(thought))))))
        .contains("  in all: \"6 nodes, 47 gateways in 3 namespaces\"\n");
  }

  @Test
  void showsTheLinesOfADiff() {
    var change = Map.of("tenant", "umbrella", "limit", "search", "field", "requests");
    var numbers = new TreeMap<String, Object>(change);
    numbers.putAll(Map.of("before", "300", "after", "600"));
    Map<String, Object> facts = Map.of("diff", List.of("+ checkout 1200/min", numbers));
    var thought = Runs.thought(Runs.ID, 2, "Compared", Phase.PLAN, facts);

    String text = LogTextRenderer.of(ExecutionDocument.of(Runs.bytes(Runs.seal(List.of(thought)))));

    assertThat(text)
        .contains("       + checkout 1200/min\n       umbrella search: requests 300 -> 600\n");
  }

  private static List<Map<String, Object>> steps(ExecutionDocument document) {
    List<?> steps = (List<?>) document.fields().getOrDefault("thought_log", List.of());
    return steps.stream().map(step -> StrictJson.object((Map<?, ?>) step)).toList();
  }

  private static List<Error> faults(ExecutionDocument document) {
    return SCHEMA.validate(document.text(), InputFormat.JSON);
  }

  private static Schema schema() {
    try (var in = ExecutionDocument.class.getResourceAsStream(ExecutionDocument.SCHEMA)) {
      assertThat(in).isNotNull();
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(text, InputFormat.JSON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
