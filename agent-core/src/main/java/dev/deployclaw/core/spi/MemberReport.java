package dev.deployclaw.core.spi;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one member of a back end (a Redis node, a gateway, a rate limit service) said.
 *
 * @param member for example {@code redis/127.0.0.1:7001} or {@code gateway/shop/gw-03}
 * @param digest of what was found there; empty where nothing was
 * @param reason for a {@code NO} or {@code UNKNOWN}; else empty
 * @param facts more that was measured or seen: strings, whole numbers, lists and maps of them
 */
public record MemberReport(
    String member, Answer answer, String digest, String reason, Map<String, Object> facts) {

  private static final String STUCK = "stuck";
  private static final String DENIED = "denied";
  private static final String VIOLATION = "violation";

  public enum Answer {
    YES,
    NO,
    UNKNOWN,
    SKIPPED
  }

  public MemberReport {
    facts = Collections.unmodifiableMap(new TreeMap<>(facts));
  }

  public static MemberReport yes(String member, String digest, Map<String, Object> facts) {
    return new MemberReport(member, Answer.YES, digest, "", facts);
  }

  public static MemberReport no(String member, String reason) {
    return no(member, reason, Map.of());
  }

  public static MemberReport no(String member, String reason, Map<String, Object> facts) {
    return new MemberReport(member, Answer.NO, "", reason, facts);
  }

  /** A {@code NO} that waiting doesn't change: who was to bring it about has given up. */
  public static MemberReport stuck(String member, String reason) {
    return no(member, reason, Map.of(STUCK, true));
  }

  public boolean stuck() {
    return answer == Answer.NO && facts.containsKey(STUCK);
  }

  /**
   * A {@code NO} of a back end to this agent's credentials or rights. It is definite for an act. Of
   * what the member holds it says nothing.
   */
  public static MemberReport denied(String member, String reason) {
    return no(member, reason, Map.of(DENIED, true));
  }

  public boolean denied() {
    return facts.containsKey(DENIED);
  }

  /**
   * A {@code NO} because the kernel ended a program that the executor started: it broke its rights.
   */
  public static MemberReport violated(String member, String reason) {
    return no(member, reason, Map.of(VIOLATION, true));
  }

  public boolean violated() {
    return facts.containsKey(VIOLATION);
  }

  /** As the answer to a look: where the access is denied, nothing was seen. */
  public MemberReport asLook() {
    return denied() && answer == Answer.NO
        ? new MemberReport(member, Answer.UNKNOWN, digest, reason, facts)
        : this;
  }

  /** Whether it leaves open what the member holds, where that was asked. */
  public boolean unseen() {
    return answer == Answer.UNKNOWN || (answer == Answer.NO && (facts.isEmpty() || denied()));
  }

  public static MemberReport unknown(String member, String reason) {
    return new MemberReport(member, Answer.UNKNOWN, "", reason, Map.of());
  }

  public static MemberReport skipped(String member, String reason) {
    return new MemberReport(member, Answer.SKIPPED, "", reason, Map.of());
  }
}
