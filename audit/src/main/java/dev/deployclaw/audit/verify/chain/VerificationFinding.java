package dev.deployclaw.audit.verify.chain;

import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.Locale;

/**
 * One thing that is wrong with a log.
 *
 * @param code a stable word, for programs
 * @param seq of the record it concerns; 0 where it concerns the document
 * @param what for people
 */
public record VerificationFinding(Code code, long seq, String what) {

  /** The code as it is printed: lower case, joined by hyphens. */
  public String word() {
    return code.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What couldn't be read. */
  public static VerificationFinding unread(long seq, StrictJson.Malformed e) {
    var code = e instanceof StrictJson.TooLarge ? Code.TOO_LARGE : Code.NOT_JSON;
    return new VerificationFinding(code, seq, String.valueOf(e.getMessage()));
  }

  /** What can be wrong. */
  public enum Code {
    /** Not strict JSON. */
    NOT_JSON,
    /** More bytes than are read. */
    TOO_LARGE,
    /** Written by a later version than this verifier knows. */
    NEWER_VERSION,
    /** A stored record whose bytes aren't the canonical ones. */
    NOT_CANONICAL,
    /** A record that lacks a field, has an unknown one, or one of a wrong type. */
    BAD_RECORD,
    /** A record that doesn't hash to its {@code hash}. */
    HASH,
    /** A record that doesn't follow the one before it. */
    PREV,
    /** A sequence number that is missing, doubled or out of place. */
    SEQ,
    /** A record of another execution. */
    EXECUTION,
    /** The log doesn't end with an {@code end} record. */
    NO_END,
    /** A value of the document that doesn't follow from the records. */
    DERIVED,
    /** The head isn't signed, or the signature is wrong. */
    SIGNATURE,
    /** Signed with another key than the trusted one. */
    KEY,
    /** A rotation of the signing key that isn't signed by both keys, or doesn't follow. */
    ROTATION,
    /** A folder of logs without their chain. */
    NO_CHAIN,
    /** The chain names an execution whose log isn't there. */
    MISSING,
    /** A log, or its end, is in no link of the chain. */
    UNCHAINED,
    /** The log isn't the one that the chain names. */
    REPLACED,
    /** An end, or a log, that is there twice. */
    DOUBLED,
    /** Of two chains neither goes on from the other. */
    FORK,
    /** A move of a change is missing, doubled or out of place. */
    TURN,
    /** Activated without a plan that leads to these bytes. */
    PLAN,
    /** Activated without its checkpoint. */
    CHECKPOINT,
    /** Activated without every vote. */
    VOTES,
    /** Activated without the gate, or without the approval that the gate asked for. */
    APPROVAL,
    /** Activated other bytes than were planned, voted for and approved. */
    DIGEST,
    /** Published before it was activated. */
    ACTIVATION,
    /** An end that says another result than the change came to. */
    RESULT,
    /** A decision that isn't one of those that there are, or not the one of its record. */
    DECISION,
    /** A decision that doesn't rest on what it must rest on, or on what isn't before it. */
    EVIDENCE,
    /** A decision that leads from, or to, other policies than the plan says. */
    POLICIES
  }
}
