package dev.deployclaw.core.machine;

import dev.deployclaw.policy.json.Canonical;
import java.util.Map;

/**
 * What is to happen at a time, by itself: a planned change begins, or a completed one is taken
 * back. Stored under {@code scheduled/<id>}, so it outlives processes and machines.
 *
 * @param id the execution's
 * @param atMillis milliseconds since 1970; 0 while a way back waits for its change to be complete
 * @param request as it was asked
 * @param receivedMillis when that was
 * @param baseRevision of {@code active} on which it was planned; for a way back 0
 * @param target digest of the set that it is to come to; for a way back empty
 * @param revertAfterSeconds for a way back: how long its change stays; else 0
 */
public record Scheduled(
    String id,
    long atMillis,
    String request,
    String requester,
    long receivedMillis,
    boolean manual,
    long baseRevision,
    String target,
    long revertAfterSeconds) {

  /** Whether it takes its change back. */
  public boolean reverts() {
    return revertAfterSeconds > 0;
  }

  /** Whether its time is known: a way back's is when its change is complete. */
  public boolean armed() {
    return atMillis > 0;
  }

  public Scheduled at(long millis) {
    return new Scheduled(
        id,
        millis,
        request,
        requester,
        receivedMillis,
        manual,
        baseRevision,
        target,
        revertAfterSeconds);
  }

  public byte[] bytes() {
    return Canonical.bytes(
        Map.of(
            "id", id,
            "at_ms", atMillis,
            "request", request,
            "requester", requester,
            "received_ms", receivedMillis,
            "manual", manual,
            "base_revision", baseRevision,
            "target", target,
            "revert_after_s", revertAfterSeconds));
  }

  /**
   * @throws Unreadable when the bytes aren't what {@link #bytes()} writes
   */
  public static Scheduled read(byte[] bytes) {
    var json = Fields.parse(bytes);
    return new Scheduled(
        json.text("id"),
        json.number("at_ms"),
        json.text("request"),
        json.text("requester"),
        json.number("received_ms"),
        json.flag("manual"),
        json.number("base_revision"),
        json.text("target"),
        json.number("revert_after_s"));
  }
}
