package dev.deployclaw.core.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Seals thoughts into a chain. Pure: the same head and thought give the same bytes. Implemented in
 * audit.
 */
public interface Recorder {
  Sealed seal(Head head, Thought thought);

  /** Seals one behind the other. */
  default List<Sealed> seal(Head head, List<Thought> thoughts) {
    var out = new ArrayList<Sealed>();
    Head last = head;
    for (Thought thought : thoughts) {
      Sealed sealed = seal(last, thought);
      out.add(sealed);
      last = sealed.head();
    }
    return out;
  }

  /**
   * The end of an execution's chain.
   *
   * @param seq of the last record; 0 for none
   * @param hash of the last record, hex; empty for none
   */
  record Head(long seq, String hash) {
    public static final Head START = new Head(0, "");
  }

  /**
   * @param bytes the canonical JSON of the record, hash included
   */
  record Sealed(byte[] bytes, Head head) {}
}
