package dev.deployclaw.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.export.LogExport.Format;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events against the published rules of OCSF, as {@code ocsf/ocsf-1.8.0.schema.json} has them. */
class OcsfExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema SCHEMA = schema();

  @TempDir Path state;
  private ExportedLogs logs;

  @BeforeEach
  void logs() {
    logs = new ExportedLogs(state);
  }

  @Test
  void eachEventOfRealLogsFitsItsClass() throws IOException {
    RealLogs.NAMES.forEach(logs::signed);

    var events = events();

    assertThat(events).hasSizeGreaterThan(200);
    assertThat(events).allSatisfy(event -> assertThat(faults(event)).isEmpty());
    assertThat(events.stream().map(e -> e.at("/metadata/uid").asText())).doesNotHaveDuplicates();
    assertThat(events)
        .allSatisfy(e -> {
          assertThat(e.at("/type_uid").asInt())
              .isEqualTo(e.at("/class_uid").asInt() * 100 + e.at("/activity_id").asInt());
          assertThat(e.at("/unmapped/verified").asBoolean()).isTrue();
          assertThat(e.at("/unmapped/record_hash")).isEqualTo(e.at("/raw_data_hash/value"));
          assertThat(e.at("/unmapped/record").asLong()).isPositive();
        });
    assertThat(logs.totals().count(LogVerdict.Kind.VERIFIED)).isEqualTo(RealLogs.NAMES.size());
  }

  /** Else a schema that accepts anything would accept them, too. */
  @ParameterizedTest
  @CsvSource({
    "activity_id, 7", "class_uid, 6001", "category_uid, 1", "type_uid, 600398", "time, 0",
        "severity_id, 7",
    "status_id, 3", "metadata,", "actor,", "api,", "src_endpoint,", "mistyped, 1"
  })
  void theSchemaRefusesWhatIsWrong(String field, Integer value) throws IOException {
    logs.signed("2/refused");
    var event = (ObjectNode) events().getFirst();
    assertThat(faults(event)).isEmpty();

    if (value == null) {
      event.remove(field);
    } else {
      event.put(field, value);
    }

    assertThat(faults(event)).isNotEmpty();
  }

  @Test
  void namesEachLimitThatACommitChangedAndEachThatWasPutBack() throws IOException {
    String id = logs.signed("2/undone");

    var changed = events().stream().filter(e -> e.at("/class_uid").asInt() == 3004).toList();

    assertThat(changed.stream().map(e -> e.at("/message").asText()))
        .containsExactly(
            "initech checkout: requests 120 -> 240",
            "initech checkout: burst 20 -> 40",
            "initech checkout: requests 240 -> 120",
            "initech checkout: burst 40 -> 20");
    var first = changed.getFirst();
    assertThat(first.at("/activity_name").asText()).isEqualTo("Update");
    assertThat(first.at("/entity/name").asText()).isEqualTo("initech/checkout");
    assertThat(first.at("/entity/data/value").asText()).isEqualTo("120");
    assertThat(first.at("/entity_result/data/value").asText()).isEqualTo("240");
    assertThat(first.at("/unmapped/execution").asText()).isEqualTo(id);
    assertThat(first.at("/metadata/original_time").asText())
        .isEqualTo(RealLogs.records("2/undone").get(28).get("time"));
  }

  /** A rollback of an early version lists no differences. */
  @Test
  void namesThePolicySetWhereTheLogListsNoDifference() throws IOException {
    logs.signed("2/rollback");

    var changed = events().stream().filter(e -> e.at("/class_uid").asInt() == 3004).toList();

    assertThat(changed).hasSize(1);
    assertThat(changed.getFirst().at("/entity/data/sha256").asText()).startsWith("2bec9612");
    assertThat(changed.getFirst().at("/entity_result/data/sha256").asText()).startsWith("de36339a");
  }

  @Test
  void theApproverIsTheActorOfAnApproval() throws IOException {
    logs.signed(
        ExportedLogs.edited(
            "2/approved",
            r -> {
              if (RealLogs.object(r, "facts").containsKey("approver")) {
                RealLogs.object(r, "facts").put("approver", "ben");
              }
            }));

    var approval = event("approve");

    assertThat(approval.at("/actor/user/name").asText()).isEqualTo("ben");
    assertThat(approval.at("/activity_name").asText()).isEqualTo("approve");
    assertThat(event("commit").at("/actor/user/name").asText()).isEqualTo("root");
    assertThat(event("commit").at("/activity_name").asText()).isEqualTo("Update");
  }

  @ParameterizedTest
  @CsvSource({
    "2/raised, COMPLETED, 1, 1",
    "2/pending, UNKNOWN, 0, 3",
    "2/refused, REFUSED, 2, 2",
    "2/undone, ROLLED_BACK, 2, 2"
  })
  void saysHowAnExecutionEnded(String name, String outcome, int status, int severity)
      throws IOException {
    logs.signed(name);

    var end = event(outcome);

    assertThat(end.at("/status_id").asInt()).isEqualTo(status);
    assertThat(end.at("/severity_id").asInt()).isEqualTo(severity);
    assertThat(end.at("/message").asText()).startsWith(outcome + ": ");
  }

  /** A change that was held has two ends. */
  @Test
  void aHoldIsWaitingAndNoSuccess() throws IOException {
    logs.signed("2/approved");

    assertThat(event("HELD").at("/status_id").asInt()).isEqualTo(99);
    assertThat(event("HELD").at("/status").asText()).isEqualTo("Waiting");
    assertThat(event("COMPLETED").at("/status_id").asInt()).isEqualTo(1);
  }

  /** Exports of each day, one behind the other, hold each event once. */
  @Test
  void partsOfATimeMakeTheWhole() throws Exception {
    RealLogs.NAMES.forEach(logs::signed);
    String middle = "2026-11-27T02:05:30Z";

    var parts = new ArrayList<String>();
    parts.addAll(logs.export(Format.OCSF, ExportPeriod.between("", middle)).lines().toList());
    parts.addAll(logs.export(Format.OCSF, ExportPeriod.between(middle, "")).lines().toList());

    assertThat(parts)
        .containsExactlyInAnyOrderElementsOf(logs.export(Format.OCSF).lines().toList());
  }

  @Test
  void aLogThatDoesNotVerifyIsAnEventOfItsOwn() throws IOException {
    String id = logs.signed("2/raised");
    logs.unsigned(ExportedLogs.edited("2/raised", r -> r.put("actor", "mallory")));

    var events = events();

    assertThat(events.getFirst().at("/message").asText())
        .isEqualTo("The log of " + id + " doesn't verify: the signature covers other records");
    assertThat(events.getFirst().at("/severity_id").asInt()).isEqualTo(4);
    assertThat(events)
        .allSatisfy(e -> {
          assertThat(faults(e)).isEmpty();
          assertThat(e.at("/unmapped/verified").asBoolean()).isFalse();
          assertThat(e.at("/unmapped/key").isMissingNode()).isTrue();
        });
  }

  /** Of a damaged log nothing is told but that; it belongs to each period. */
  @Test
  void aDamagedLogIsInEachPeriod() throws Exception {
    logs.write("arch-2026-11-27-rate-limit-042", "{\"seq\":1}\n".getBytes(StandardCharsets.UTF_8));

    var event = JSON.readTree(logs.export(Format.OCSF, ExportPeriod.month("2001-01")));

    assertThat(faults(event)).isEmpty();
    assertThat(event.at("/time").asLong()).isEqualTo(ExportedLogs.NOW.toEpochMilli());
    assertThat(event.at("/actor/user/name").asText()).isEqualTo("unknown");
    assertThat(event.at("/metadata/correlation_uid").asText())
        .isEqualTo("arch-2026-11-27-rate-limit-042");
  }

  @Test
  void aHugeTextIsCutAndTheEventSaysSo() throws IOException {
    logs.signed(
        ExportedLogs.edited(
            "2/refused", r -> r.put("detail", "delete \ud83d\udca5".repeat(50_000))));

    var event = events().getFirst();

    assertThat(faults(event)).isEmpty();
    assertThat(event.at("/metadata/is_truncated").asBoolean()).isTrue();
    assertThat(event.at("/status_detail").asText())
        .hasSizeLessThan(ExportedText.MOST_CHARACTERS + 60)
        .endsWith("more characters are in the log)");
  }

  private JsonNode event(String codeOrOutcome) throws IOException {
    return events().stream()
        .filter(e ->
            e.at("/metadata/event_code").asText().equals(codeOrOutcome)
                && e.at("/class_uid").asInt() == 6003)
        .findFirst()
        .orElseThrow();
  }

  private List<JsonNode> events() throws IOException {
    var out = new ArrayList<JsonNode>();
    for (String line : logs.export(Format.OCSF).lines().toList()) {
      out.add(JSON.readTree(line));
    }
    return out;
  }

  private static List<String> faults(JsonNode event) {
    return SCHEMA.validate(event.toString(), InputFormat.JSON).stream()
        .map(Object::toString)
        .toList();
  }

  private static Schema schema() {
    try (InputStream in =
        OcsfExportTest.class.getResourceAsStream("/ocsf/ocsf-1.8.0.schema.json")) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Objects.requireNonNull(in), InputFormat.JSON);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
