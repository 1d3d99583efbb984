package dev.deployclaw.core.machine;

import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.store.UnreadableRecordException;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.util.Optional;

/**
 * What is committed: the one key that decides. Every enforcement point moves to it or is already
 * there.
 *
 * @param change the execution that committed it
 * @param term of the leader that wrote this
 * @param predecessor the epoch that was committed before; 0 is what was found before the first
 * @param step how often the cohort was moved since the epoch was committed: each move is a decision
 *     of its own
 * @param candidate an epoch beside it, by which a cohort of tenants is decided already
 */
public record CommittedEpoch(
    long epoch,
    String digest,
    String change,
    long term,
    long predecessor,
    long step,
    Optional<Candidate> candidate) {

  /** Everybody is decided by it. */
  public CommittedEpoch(long epoch, String digest, String change, long term, long predecessor) {
    this(epoch, digest, change, term, predecessor, 0, Optional.empty());
  }

  /**
   * An epoch on trial.
   *
   * @param change the execution that tries it
   * @param cohort who is decided by it, as the share of a {@code Cohort}
   */
  public record Candidate(long epoch, String digest, String change, int cohort) {
    private static Candidate of(StrictJsonObject json) {
      return new Candidate(
          json.number("epoch"),
          json.text("digest"),
          json.text("change"),
          (int) json.number("cohort"));
    }
  }

  /** Without a step and a candidate as it always was, so that an older agent reads it. */
  public byte[] bytes() {
    var out = RecordJson.map(this);
    if (step == 0) {
      out.remove("step");
    }
    return CanonicalJson.bytes(out);
  }

  /**
   * @throws UnreadableRecordException when the bytes aren't what {@link #bytes()} writes
   */
  public static CommittedEpoch read(byte[] bytes) {
    var json = StoredFields.parse(bytes);
    return new CommittedEpoch(
        json.number("epoch"),
        json.text("digest"),
        json.text("change"),
        json.number("term"),
        json.number("predecessor"),
        json.optionalNumber("step").orElse(0L),
        json.optionalObject("candidate").map(Candidate::of));
  }
}
