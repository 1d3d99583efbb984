package dev.deployclaw.container.approval;

import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.store.UnreadableRecordException;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was posted of a hold in a channel, so that any agent can rewrite it. Stored as JSON.
 *
 * @param phase how far it is
 * @param reference by which the channel finds it again; empty before it is posted
 * @param card what it shows
 * @param revision of {@code active} when the card was made
 * @param atMillis of the phase, in milliseconds since 1970
 * @param taken the decision that a serving agent took, or {@link TakenDecision#SEVERAL}
 */
record ApprovalMessage(
    MessagePhase phase,
    String reference,
    HoldCard card,
    long revision,
    long atMillis,
    Optional<TakenDecision> taken) {

  /** An agent is about to post it. */
  static ApprovalMessage claimed(HoldCard card, long revision, long now) {
    return new ApprovalMessage(MessagePhase.CLAIMED, "", card, revision, now, Optional.empty());
  }

  ApprovalMessage posted(String at, long now) {
    return new ApprovalMessage(MessagePhase.POSTED, at, card, revision, now, taken);
  }

  /** An agent is about to change what is there; {@link #posted} once it has. */
  ApprovalMessage claimedAgain(long now) {
    return new ApprovalMessage(MessagePhase.CLAIMED, reference, card, revision, now, taken);
  }

  ApprovalMessage showing(HoldCard other, long seen) {
    return new ApprovalMessage(phase, reference, other, seen, atMillis, taken);
  }

  /** It is compared with what is held once more. */
  ApprovalMessage outdated() {
    return showing(card, -1);
  }

  /** It shows its end, while the state store still holds the plan. */
  ApprovalMessage closed(long now) {
    return new ApprovalMessage(MessagePhase.CLOSED, reference, card, revision, now, taken);
  }

  ApprovalMessage with(TakenDecision decision) {
    boolean alone = taken.filter(t -> !t.repeats(decision)).isEmpty();
    var known = Optional.of(alone ? decision : TakenDecision.SEVERAL);
    return new ApprovalMessage(phase, reference, card, revision, atMillis, known);
  }

  /** The decision found no place. */
  ApprovalMessage without(TakenDecision decision) {
    var known = taken.filter(t -> !t.equals(decision));
    return new ApprovalMessage(phase, reference, card, revision, atMillis, known);
  }

  byte[] bytes() {
    var out = new TreeMap<String, Object>();
    out.put("phase", phase.word());
    out.put("reference", reference);
    out.put("card", card.toMap());
    out.put("revision", revision);
    out.put("at_ms", atMillis);
    taken.ifPresent(d -> out.put("taken", RecordJson.map(d)));
    return CanonicalJson.bytes(out);
  }

  /**
   * @throws UnreadableRecordException when the bytes aren't what {@link #bytes()} writes
   */
  static ApprovalMessage read(byte[] bytes) {
    var json = StoredFields.parse(bytes);
    return new ApprovalMessage(
        json.word("phase", MessagePhase::ofWord),
        json.text("reference"),
        HoldCard.read(json.object("card")),
        json.number("revision"),
        json.number("at_ms"),
        json.optionalObject("taken").map(TakenDecision::read));
  }
}
