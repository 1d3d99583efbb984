package dev.deployclaw.audit.record;

import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;

/**
 * W3C trace context of executions: one trace for each, derived from its id, so every exporter names
 * the same one without coordination. Pure.
 */
public final class TraceParent {
  private static final int TRACE = 32;
  private static final int SPAN = 16;

  private TraceParent() {}

  /** The trace of an execution: 32 hex digits. */
  public static String trace(String execution) {
    return digest(execution).substring(0, TRACE);
  }

  /** The span of the execution as a whole: 16 hex digits. */
  public static String span(String execution) {
    return digest(execution).substring(TRACE, TRACE + SPAN);
  }

  /**
   * The header of a record, whose span its hash names.
   *
   * @param hash of the record, in hex
   */
  public static String header(String execution, String hash) {
    return "00-%s-%s-01".formatted(trace(execution), hash.substring(0, SPAN));
  }

  private static String digest(String execution) {
    byte[] name = ("deployclaw.execution:" + execution).getBytes(StandardCharsets.UTF_8);
    return CanonicalJson.sha256(name);
  }
}
