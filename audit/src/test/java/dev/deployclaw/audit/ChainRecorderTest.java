package dev.deployclaw.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.verify.Json;
import dev.deployclaw.core.fake.PlainThought;
import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Decision.Policies;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.policy.json.Canonical;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;

class ChainRecorderTest {
  private final ChainRecorder recorder = new ChainRecorder(Redaction.of(List.of("hunter2!")));

  @Test
  void givesTheSameBytesForTheSameHeadAndThought() {
    Thought thought = Runs.thought(Runs.ID, 1, "Look", Phase.PLAN, Map.of("b", 2, "a", 1));

    Sealed first = recorder.seal(Head.START, thought);
    Sealed second = recorder.seal(Head.START, thought);

    assertThat(first.bytes()).isEqualTo(second.bytes());
    assertThat(first.head()).isEqualTo(second.head());
  }

  @Test
  void storesTheCanonicalBytesWhoseHashIsTakenWithoutTheHash() throws Exception {
    for (Sealed sealed : Runs.reference()) {
      var fields = new TreeMap<>(Json.parseObject(sealed.bytes()));

      Object hash = fields.remove("hash");

      assertThat(new JsonCanonicalizer(sealed.bytes()).getEncodedUTF8()).isEqualTo(sealed.bytes());
      assertThat(hash).isEqualTo(Canonical.sha256(Canonical.bytes(fields)));
      assertThat(hash).isEqualTo(sealed.head().hash());
    }
  }

  @Test
  void namesTheRecordBeforeAndCountsFromOne() throws Exception {
    List<Sealed> chain = Runs.reference();

    for (int i = 0; i < chain.size(); i++) {
      var fields = Json.parseObject(chain.get(i).bytes());

      assertThat(fields.get("seq")).isEqualTo(i + 1L);
      assertThat(fields.get("prev")).isEqualTo(i == 0 ? "" : chain.get(i - 1).head().hash());
    }
  }

  @Test
  void writesEveryFieldOfAThought() throws Exception {
    Thought thought = Runs.thought(Runs.ID, 4, "Act", Phase.CHECKPOINT, Map.of("nodes", 6));

    var fields = Json.parseObject(recorder.seal(new Head(8, "0".repeat(64)), thought).bytes());

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
    Thought thought =
        PlainThought.of(Runs.ID, Phase.REQUEST, "a")
            .at(Instant.parse("2026-11-24T10:00:00Z").plusNanos(999))
            .detail("d")
            .status(Status.UNKNOWN)
            .thought();

    var fields = Json.parseObject(recorder.seal(Head.START, thought).bytes());

    assertThat(fields)
        .doesNotContainKeys("plan_hash", "epoch", "duration_us")
        .doesNotContainKeys("decision", "evidence", "before", "after");
    assertThat(fields.get("time")).isEqualTo("2026-11-24T10:00:00.000000Z");
  }

  @Test
  void writesWhatIsDecidedAndOnWhatThatRests() throws Exception {
    var decision = Decision.by(Name.COMMIT, "at-once").leading(new Policies("", "5f".repeat(32)));
    Thought thought =
        PlainThought.of(Runs.ID, Phase.COMMIT, "Act")
            .deciding(decision)
            .restingOn(List.of(2L, 7L))
            .thought();

    var fields = Json.parseObject(recorder.seal(new Head(8, "0".repeat(64)), thought).bytes());

    assertThat(fields)
        .containsEntry("decision", Map.of("name", "commit", "rule", "at-once"))
        .containsEntry("evidence", List.of(2L, 7L))
        .containsEntry("before", "")
        .containsEntry("after", "5f".repeat(32));
  }

  @Test
  void redactsARuleToo() {
    Thought thought =
        PlainThought.of(Runs.ID, Phase.GATE, "Act")
            .deciding(Decision.by(Name.PASS, "hunter2!"))
            .thought();

    byte[] bytes = recorder.seal(Head.START, thought).bytes();

    assertThat(new String(bytes, StandardCharsets.UTF_8)).doesNotContain("hunter2");
  }

  @Test
  void redactsBeforeARecordExists() {
    Thought thought =
        Runs.thought(Runs.ID, 1, "AUTH hunter2!", Phase.PLAN, Map.of("deep", List.of("hunter2!")));

    byte[] bytes = recorder.seal(Head.START, thought).bytes();

    assertThat(new String(bytes, StandardCharsets.UTF_8)).doesNotContain("hunter2");
  }

  @Test
  void replacesFactsThatAreTooLargeByTheirSizeAndHash() throws Exception {
    var facts =
        Map.<String, Object>of("summary", true, "big", "x".repeat(ChainRecorder.MOST_FACTS));

    Sealed sealed = recorder.seal(Head.START, Runs.thought(Runs.ID, 1, "a", Phase.PLAN, facts));

    Object kept = Json.parseObject(sealed.bytes()).get("facts");
    assertThat(sealed.bytes().length).isLessThan(RecordLines.MOST_LINE);
    assertThat(kept)
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .containsEntry("summary", true)
        .containsKey("omitted");
  }
}
