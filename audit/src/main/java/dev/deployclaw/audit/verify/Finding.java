package dev.deployclaw.audit.verify;

/**
 * One thing that is wrong with a log.
 *
 * @param code a stable word, for programs
 * @param seq of the record it concerns; 0 where it concerns the document
 * @param what for people
 */
public record Finding(Code code, long seq, String what) {

  /** What can be wrong. */
  public enum Code {
    /** Not strict JSON. */
    NOT_JSON,
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
    KEY
  }
}
