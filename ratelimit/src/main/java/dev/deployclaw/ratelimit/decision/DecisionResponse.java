package dev.deployclaw.ratelimit.decision;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the gateway is told: whether the request passes, and headers for the client.
 *
 * @param headers not to be changed by the caller afterwards
 * @param by how it was found
 * @param left of the enforced limit with the fewest requests left; empty where Redis didn't decide,
 *     or where no limit is enforced
 */
public record DecisionResponse(
    boolean allowed, SortedMap<String, String> headers, By by, Optional<Left> left) {
  public DecisionResponse {
    headers = Collections.unmodifiableSortedMap(headers);
  }

  /** Who an answer is from. */
  public enum By {
    /** Redis, by the tenant's limits. */
    LIMITS,
    /** Nobody's policy: the request is a stranger's. */
    IDENTITY,
    /** Nobody's policy: who asks has to prove who it is first. */
    TOKEN,
    /** What policies say for when Redis can't be asked. */
    FAILURE
  }

  /**
   * What is left of one limit.
   *
   * @param name as in the headers
   * @param requests of a window
   * @param remaining whole requests
   */
  public record Left(
      String name, long requests, long windowMicros, long remaining, long resetMicros) {}

  DecisionResponse with(String header, String value) {
    var more = new TreeMap<>(headers);
    more.put(header, value);
    return new DecisionResponse(allowed, more, by, left);
  }

  static DecisionResponse of(boolean allowed, By by, String header, String value) {
    return new DecisionResponse(
        allowed, new TreeMap<>(Map.of(header, value)), by, Optional.empty());
  }
}
