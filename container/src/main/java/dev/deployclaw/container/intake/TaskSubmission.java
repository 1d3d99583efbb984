package dev.deployclaw.container.intake;

import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A task as somebody submits it.
 *
 * @param text in plain language; for a way back what it says in the log
 * @param who by the name of their credential
 * @param manual whether it has to wait for an approval
 * @param undoes for a way back, the execution whose change is undone, or {@code last}
 * @param key the caller's idempotency key
 */
public record TaskSubmission(
    String text, String who, boolean manual, Optional<String> undoes, Optional<String> key) {

  public static TaskSubmission task(String text, String who, boolean manual, Optional<String> key) {
    return new TaskSubmission(text, who, manual, Optional.empty(), key);
  }

  public static TaskSubmission back(String undoes, String who, boolean manual, Optional<String> key) {
    return new TaskSubmission("rollback " + undoes, who, manual, Optional.of(undoes), key);
  }

  /** A key is its caller's own: another's may be the same. */
  public Optional<ExecutionReservations.Key> key(String nonce) {
    String fingerprint = hash(text, Boolean.toString(manual), undoes.orElse(""));
    return key.map(k -> new ExecutionReservations.Key(hash(who, k), fingerprint, nonce));
  }

  private static String hash(String... parts) {
    return CanonicalJson.sha256(
        CanonicalJson.text(List.of(parts)).getBytes(StandardCharsets.UTF_8));
  }
}
