package dev.deployclaw.audit.record;

/** A journal file holds something that isn't an unbroken chain. A person must look at it. */
public final class DamagedJournalException extends RuntimeException {
  private final String execution;
  private final long seq;

  public DamagedJournalException(String execution, long seq, String what) {
    super("journal of " + execution + ", record " + seq + ": " + what);
    this.execution = execution;
    this.seq = seq;
  }

  /** Of records that lie elsewhere. */
  public DamagedJournalException(String execution, String what) {
    super("journal of " + execution + ": " + what);
    this.execution = execution;
    this.seq = 0;
  }

  public String execution() {
    return execution;
  }

  /** The number of the first record that is wrong; 0 where that can't be told. */
  public long seq() {
    return seq;
  }
}
