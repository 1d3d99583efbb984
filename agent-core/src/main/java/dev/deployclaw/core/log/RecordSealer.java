package dev.deployclaw.core.log;

/**
 * Seals thoughts into a chain. Pure: the same head and thought give the same bytes. Implemented in
 * audit.
 */
public interface RecordSealer {
  SealedRecord seal(LogHead head, LogEntry thought);

  /**
   * The end of an execution's chain.
   *
   * @param seq of the last record; 0 for none
   * @param hash of the last record, hex; empty for none
   */
  record LogHead(long seq, String hash) {
    public static final LogHead START = new LogHead(0, "");
  }

  /**
   * @param bytes the canonical JSON of the record, hash included
   */
  record SealedRecord(byte[] bytes, LogHead head) {}
}
