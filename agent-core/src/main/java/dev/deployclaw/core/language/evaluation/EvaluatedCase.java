package dev.deployclaw.core.language.evaluation;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What came of one request.
 *
 * @param came in the words of {@link OutcomeText}
 * @param offered what its question suggests, in the same words
 * @param held whether a plan of it would wait for an approval
 * @param nanos until the answer
 * @param facts what a model cost, as the log has it; empty without one
 * @param wrong the corrupted readings of a right plan; empty otherwise
 * @param stopped whether the judge stops the right plan
 */
public record EvaluatedCase(
    RequestCase sample,
    String came,
    Optional<String> offered,
    boolean held,
    long nanos,
    Map<String, Object> facts,
    List<WrongReading> wrong,
    boolean stopped) {
  public EvaluatedCase {
    facts = Map.copyOf(facts);
    wrong = List.copyOf(wrong);
  }

  /** A corrupted reading, and whether the judge stops it. */
  public record WrongReading(String kind, boolean caught) {}

  public boolean exact() {
    return OutcomeText.same(came, sample.expected());
  }

  /** Whether its question suggests what should be understood. */
  public boolean suggested() {
    return !exact() && offered.filter(o -> OutcomeText.same(o, sample.expected())).isPresent();
  }

  /** Whether its question suggests something else; what should be asked about has no right one. */
  public boolean misled() {
    return !exact()
        && offered.isPresent()
        && !suggested()
        && !sample.expected().equals(OutcomeText.ASKED);
  }

  /** Whether it is a plan, a question or a refusal as it should, whatever it says. */
  public boolean outcome() {
    return OutcomeText.alike(came, sample.expected());
  }

  /** Whether something is planned that the request doesn't ask for. */
  public boolean unasked() {
    return !exact() && OutcomeText.isPlan(came);
  }
}
