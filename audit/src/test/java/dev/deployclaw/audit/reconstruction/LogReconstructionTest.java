package dev.deployclaw.audit.reconstruction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.reconstruction.LogReconstruction.Range;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogReconstructionTest {
  private static final String ID = Runs.ID;
  private static final int LENGTH = 40;

  /** What the state store has: what moved state, and the end. */
  private static final Set<Integer> MOVES = Set.of(5, 20, 30, LENGTH);

  private final List<SealedRecord> log = Runs.ofLength(ID, LENGTH);

  @Test
  void putsALogTogetherFromCopiesInAnyOrder() {
    var rebuilding = begun();
    var shipped = new ArrayList<>(Runs.bytes(log));
    Collections.shuffle(shipped, new Random(7));
    rebuilding.add("stream", shipped);

    var rebuilt = rebuilding.rebuilt();

    assertThat(rebuilt.whole()).isTrue();
    assertThat(rebuilt.records()).containsExactlyElementsOf(Runs.bytes(log));
    assertThat(rebuilt.sources()).isEqualTo(Map.of("etcd", 4L, "stream", 36L));
    assertThat(rebuilt.unproven()).isEmpty();
  }

  @Test
  void namesWhatIsLostAndWhatNothingProves() {
    var rebuilding = begun();
    rebuilding.add("stream", without(12, 25, 26, 29));

    var rebuilt = rebuilding.rebuilt();

    assertThat(rebuilt.whole()).isFalse();
    assertThat(rebuilt.lost())
        .containsExactly(new Range(12, 12), new Range(25, 26), new Range(29, 29));
    assertThat(rebuilt.unproven())
        .containsExactly(new Range(6, 11), new Range(21, 24), new Range(27, 28));
    assertThat(rebuilt.records()).hasSize(LENGTH - 4 - 6 - 4 - 2);
  }

  @Test
  void losesAllFinerRecordsWithoutACopy() {
    var rebuilt = begun().rebuilt();

    assertThat(rebuilt.lost())
        .containsExactly(
            new Range(1, 4), new Range(6, 19), new Range(21, 29), new Range(31, LENGTH - 1));
    assertThat(rebuilt.records()).hasSize(MOVES.size());
  }

  @Test
  void losesTheBeginningByItsNumbers() {
    var rebuilding = begun();
    rebuilding.add("stream", without(1, 2));

    assertThat(rebuilding.rebuilt().lost()).containsExactly(new Range(1, 2));
  }

  /** What somebody else, or a machine that was overtaken, put under a number. */
  @Test
  void takesNothingThatTheChainDoesNotName() {
    var rebuilding = begun();
    var recorder = new HashChainSealer(SecretRedactor.of(List.of()));
    var other = Runs.thought(ID, 1, "Somebody's own", Phase.STAGE, Map.of());
    rebuilding.add("stream", List.of(recorder.seal(log.get(10).head(), other).bytes()));
    rebuilding.add("stream", without(12));
    rebuilding.add("stream", Runs.bytes(Runs.ofLength("another", LENGTH)));
    rebuilding.add("stream", List.of("{}".getBytes(StandardCharsets.UTF_8), new byte[] {1}));
    rebuilding.add("stream", List.of(edited(log.get(11).bytes())));

    var rebuilt = rebuilding.rebuilt();

    assertThat(rebuilt.lost()).containsExactly(new Range(12, 12));
    assertThat(rebuilt.records()).isSubsetOf(Runs.bytes(log));
  }

  @Test
  void endsWhereTheStateStoreSays() {
    var rebuilding = begun(30);
    rebuilding.add("stream", Runs.bytes(log));

    assertThat(rebuilding.rebuilt().records())
        .containsExactlyElementsOf(Runs.bytes(log.subList(0, 30)));
  }

  @Test
  void refusesAHeadThatItCannotRead() {
    for (String head :
        List.of("", "{}", "{\"seq\":0,\"hash\":\"\"}", "{\"seq\":1,\"hash\":\"x\"}")) {
      assertThatThrownBy(() ->
              LogReconstruction.of(ID, head.getBytes(StandardCharsets.UTF_8), "etcd", List.of()))
          .as(head)
          .isInstanceOf(DamagedJournalException.class);
    }
  }

  private LogReconstruction begun() {
    return begun(LENGTH);
  }

  private LogReconstruction begun(int length) {
    var stored =
        IntStream.rangeClosed(1, LENGTH)
            .filter(MOVES::contains)
            .mapToObj(n -> log.get(n - 1).bytes())
            .toList();
    LogHead head = log.get(length - 1).head();
    byte[] bytes = CanonicalJson.bytes(Map.of("seq", head.seq(), "hash", head.hash()));
    return LogReconstruction.of(ID, bytes, "etcd", stored);
  }

  private List<byte[]> without(Integer... numbers) {
    var missing = Set.of(numbers);
    return log.stream()
        .filter(s -> !missing.contains((int) s.head().seq()))
        .map(SealedRecord::bytes)
        .toList();
  }

  private static byte[] edited(byte[] record) {
    return new String(record, StandardCharsets.UTF_8)
        .replace("Looking", "Peeking")
        .getBytes(StandardCharsets.UTF_8);
  }
}
