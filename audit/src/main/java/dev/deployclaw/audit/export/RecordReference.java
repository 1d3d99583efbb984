package dev.deployclaw.audit.export;

/**
 * The record that a line of an export rests on.
 *
 * @param seq its number; 0 where no record can be read
 * @param hash its hash; empty where no record can be read
 */
record RecordReference(long seq, String hash) {
  static final RecordReference NONE = new RecordReference(0, "");

  /** The number, for cells; empty where there is none. */
  String number() {
    return seq == 0 ? "" : Long.toString(seq);
  }
}
