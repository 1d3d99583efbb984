package dev.deployclaw.core.log;

import java.util.List;

/**
 * A long log without what is between its first records and its last ones. The signature of the
 * log's end is of the last one. What is between wasn't looked at, so the first ones are only known
 * to follow each other.
 *
 * @param records how many the log has
 */
public record LogOutline(List<byte[]> first, List<byte[]> last, long records) {
  public LogOutline {
    first = List.copyOf(first);
    last = List.copyOf(last);
  }
}
