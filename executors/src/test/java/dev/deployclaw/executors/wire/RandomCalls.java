package dev.deployclaw.executors.wire;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Calls and values of every kind, by a seed. */
final class RandomCalls {
  private static final int MOST = 4;
  private static final String LETTERS = "abz09/-_. \"\\\u0001\u00e4\u20ac\ud83d\ude00";

  private final RandomGenerator random;

  RandomCalls(RandomGenerator random) {
    this.random = random;
  }

  /** One of each kind. */
  List<ExecutorCall> eachKind() {
    return List.of(
        new ExecutorCall.Look(text(), facts(2)),
        new ExecutorCall.Observe(),
        new ExecutorCall.Stage(epoch()),
        new ExecutorCall.Prepare(epoch()),
        new ExecutorCall.Publish(epoch()),
        new ExecutorCall.Converge(epoch()),
        new ExecutorCall.Discard(random.nextLong()),
        new ExecutorCall.Probe(epoch(), random.nextInt()),
        new ExecutorCall.WriteBack(edits()),
        new ExecutorCall.Lost(epoch()),
        new ExecutorCall.Reassert(epoch()),
        new ExecutorCall.Share(text()),
        new ExecutorCall.Heartbeat(epoch()));
  }

  private EpochSpec epoch() {
    var set = set();
    var leftOut = new HashSet<String>();
    for (int i = random.nextInt(MOST); i > 0; i--) {
      leftOut.add(text());
    }
    return new EpochSpec(
        text(),
        random.nextLong(1, Long.MAX_VALUE),
        set.digest(),
        set,
        random.nextLong(),
        maybe(this::set),
        random.nextBoolean(),
        maybe(this::observed),
        random.nextLong(),
        maybe(this::candidate),
        leftOut);
  }

  private EpochSpec.Candidate candidate() {
    var set = set();
    var cohort = new CanaryCohort(random.nextInt(CanaryCohort.WHOLE + 1));
    return new EpochSpec.Candidate(random.nextLong(), set.digest(), set, cohort);
  }

  private PolicySet set() {
    return SampleSets.of(random.nextInt(MOST), random.nextInt(1, 1_000));
  }

  private ObservedState observed() {
    var members = new TreeMap<String, List<Map<String, Object>>>();
    for (int i = random.nextInt(MOST); i > 0; i--) {
      members.put(text(), List.of(facts(2), facts(1)));
    }
    return new ObservedState(members);
  }

  private List<ExecutorCall.WriteBack.Edit> edits() {
    var edits = new ArrayList<ExecutorCall.WriteBack.Edit>();
    for (int i = random.nextInt(MOST); i > 0; i--) {
      edits.add(new ExecutorCall.WriteBack.Edit(text(), text(), text(), text()));
    }
    return edits;
  }

  /** JSON-like. */
  Map<String, Object> facts(int depth) {
    var facts = new TreeMap<String, Object>();
    for (int i = random.nextInt(MOST); i > 0; i--) {
      facts.put(text(), value(depth));
    }
    return facts;
  }

  private Object value(int depth) {
    return switch (random.nextInt(depth > 0 ? 5 : 3)) {
      case 0 -> text();
      case 1 -> random.nextLong(-(1L << 53) + 1, 1L << 53);
      case 2 -> random.nextBoolean();
      case 3 -> facts(depth - 1);
      default -> List.of(value(depth - 1), value(depth - 1));
    };
  }

  String text() {
    var text = new StringBuilder();
    for (int i = random.nextInt(MOST); i >= 0; i--) {
      text.appendCodePoint(
          LETTERS.codePoints()
              .toArray()[random.nextInt(LETTERS.codePointCount(0, LETTERS.length()))]);
    }
    return text.toString();
  }

  private <T> Optional<T> maybe(Supplier<T> made) {
    return random.nextBoolean() ? Optional.of(made.get()) : Optional.empty();
  }
}
