package dev.deployclaw.core.log;

import java.util.List;

/**
 * A long log without what is between its first records and its last ones. Each is what it was when
 * it was written, and the signature of the log's end is of the last one; what is between wasn't
 * looked at.
 *
 * @param records how many the log has
 */
public record LogOutline(List<byte[]> first, List<byte[]> last, long records) {
  public LogOutline {
    first = List.copyOf(first);
    last = List.copyOf(last);
  }
}
