package dev.deployclaw.audit.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.log.RecordedDecision.Policies;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;

class HashChainSealerTest {
  private final HashChainSealer recorder =
      new HashChainSealer(SecretRedactor.of(List.of("hunter2!")));

  @Test
  void givesTheSameBytesForTheSameHeadAndThought() {
    LogEntry thought = Runs.thought(Runs.ID, 1, "Look", Phase.PLAN, Map.of("b", 2, "a", 1));

    SealedRecord first = recorder.seal(LogHead.START, thought);
    SealedRecord second = recorder.seal(LogHead.START, thought);

    assertThat(first.bytes()).isEqualTo(second.bytes());
    assertThat(first.head()).isEqualTo(second.head());
  }

  @Test
  void storesTheCanonicalBytesWhoseHashIsTakenWithoutTheHash() throws Exception {
    for (SealedRecord sealed : Runs.reference()) {
      var fields = new TreeMap<>(StrictJson.parseObject(sealed.bytes()));

      Object hash = fields.remove("hash");

      assertThat(new JsonCanonicalizer(sealed.bytes()).getEncodedUTF8()).isEqualTo(sealed.bytes());
      assertThat(hash).isEqualTo(CanonicalJson.sha256(CanonicalJson.bytes(fields)));
      assertThat(hash).isEqualTo(sealed.head().hash());
    }
  }

  @Test
  void namesTheRecordBeforeAndCountsFromOne() throws Exception {
    List<SealedRecord> chain = Runs.reference();

    for (int i = 0; i < chain.size(); i++) {
      var fields = StrictJson.parseObject(chain.get(i).bytes());

      assertThat(fields.get("seq")).isEqualTo(i + 1L);
      assertThat(fields.get("prev")).isEqualTo(i == 0 ? "" : chain.get(i - 1).head().hash());
    }
  }

  @Test
  void writesEveryFieldOfAThought() throws Exception {
    LogEntry thought = Runs.thought(Runs.ID, 4, "Act", Phase.CHECKPOINT, Map.of("nodes", 6));

    var fields =
        StrictJson.parseObject(recorder.seal(new LogHead(8, "0".repeat(64)), thought).bytes());

    assertThat(fields)
        .containsEntry("schema_version", 2L)
        .containsEntry("execution_id", Runs.ID)
        .containsEntry("seq", 9L)
        .containsEntry("time", "2026-11-24T10:00:00.523456Z")
        .containsEntry("step", 4L)
        .containsEntry("phase", "checkpoint")
        .containsEntry("action", "Act")
        .containsEntry("detail", "6 nodes, 47 gateways in 3 namespaces")
        .containsEntry("status", "OK")
        .containsEntry("actor", "agent")
        .containsEntry("plan_hash", "5f".repeat(32))
        .containsEntry("epoch", 7L)
        .containsEntry("duration_us", 12_345L)
        .containsEntry("facts", Map.of("nodes", 6L));
  }

  @Test
  void leavesOutWhatIsntKnownAndKeepsSixDigitsOfTheSecond() throws Exception {
    LogEntry thought =
        LogEntryFixture.of(Runs.ID, Phase.REQUEST, "a")
            .at(Instant.parse("2026-11-24T10:00:00Z").plusNanos(999))
            .detail("d")
            .status(Status.UNKNOWN)
            .thought();

    var fields = StrictJson.parseObject(recorder.seal(LogHead.START, thought).bytes());

    assertThat(fields)
        .doesNotContainKeys("plan_hash", "epoch", "duration_us")
        .doesNotContainKeys("decision", "evidence", "before", "after");
    assertThat(fields.get("time")).isEqualTo("2026-11-24T10:00:00.000000Z");
  }

  @Test
  void writesWhatIsDecidedAndOnWhatThatRests() throws Exception {
    var decision =
        RecordedDecision.by(Name.COMMIT, "at-once").leading(new Policies("", "5f".repeat(32)));
    LogEntry thought =
        LogEntryFixture.of(Runs.ID, Phase.COMMIT, "Act")
            .deciding(decision)
            .restingOn(List.of(2L, 7L))
            .thought();

    var fields =
        StrictJson.parseObject(recorder.seal(new LogHead(8, "0".repeat(64)), thought).bytes());

    assertThat(fields)
        .containsEntry("decision", Map.of("name", "commit", "rule", "at-once"))
        .containsEntry("evidence", List.of(2L, 7L))
        .containsEntry("before", "")
        .containsEntry("after", "5f".repeat(32));
  }

  @Test
  void redactsARuleToo() {
    LogEntry thought =
        LogEntryFixture.of(Runs.ID, Phase.GATE, "Act")
            .deciding(RecordedDecision.by(Name.PASS, "hunter2!"))
            .thought();

    byte[] bytes = recorder.seal(LogHead.START, thought).bytes();

    assertThat(new String(bytes, StandardCharsets.UTF_8)).doesNotContain("hunter2");
  }

  @Test
  void redactsBeforeARecordExists() {
    LogEntry thought =
        Runs.thought(Runs.ID, 1, "AUTH hunter2!", Phase.PLAN, Map.of("deep", List.of("hunter2!")));

    byte[] bytes = recorder.seal(LogHead.START, thought).bytes();

    assertThat(new String(bytes, StandardCharsets.UTF_8)).doesNotContain("hunter2");
  }

  @Test
  void replacesFactsThatAreTooLargeByTheirSizeAndHash() throws Exception {
    var facts =
        Map.<String, Object>of("summary", true, "big", "x".repeat(HashChainSealer.MOST_FACTS));

    SealedRecord sealed =
        recorder.seal(LogHead.START, Runs.thought(Runs.ID, 1, "a", Phase.PLAN, facts));

    Object kept = StrictJson.parseObject(sealed.bytes()).get("facts");
    assertThat(sealed.bytes().length).isLessThan(RecordLines.MOST_LINE);
    assertThat(kept)
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("summary", true)
        .containsKey("omitted");
  }
}
