package dev.deployclaw.ratelimit.decision;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway is told: whether the request passes, and headers for the client. All who share
 * an answer get the same object. Belongs to one event loop.
 */
public final class DecisionResponse {
  private final boolean allowed;
  private final SortedMap<String, String> headers;
  private final By by;
  private final Optional<Left> left;
  private byte @Nullable [] encoded;

  /**
   * @param headers not to be changed by the caller afterwards
   * @param by how it was found
   * @param left of the enforced limit with the fewest requests left; empty where Redis didn't
   *     decide, or where no limit is enforced
   */
  public DecisionResponse(
      boolean allowed, SortedMap<String, String> headers, By by, Optional<Left> left) {
    this.allowed = allowed;
    this.headers = Collections.unmodifiableSortedMap(headers);
    this.by = by;
    this.left = left;
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

  public boolean allowed() {
    return allowed;
  }

  public SortedMap<String, String> headers() {
    return headers;
  }

  public By by() {
    return by;
  }

  public Optional<Left> left() {
    return left;
  }

  /** The answer in the form of the one protocol that has one, made for the first who asks. */
  public byte[] encoded(Function<DecisionResponse, byte[]> encoder) {
    byte[] bytes = encoded;
    if (bytes == null) {
      bytes = encoder.apply(this);
      encoded = bytes;
    }
    return bytes;
  }

  @Override
  public String toString() {
    return (allowed ? "allowed by " : "refused by ") + by + " " + headers;
  }

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
