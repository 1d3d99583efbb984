package dev.deployclaw.container.intake;

import dev.deployclaw.core.service.ExecutionReservations;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A task as it is submitted.
 *
 * @param text in plain language; for a rollback, its text in the log
 * @param who the name of the requester's credential
 * @param manual whether it has to wait for an approval
 * @param undoes for a rollback, the execution whose change is undone, or {@code last}
 * @param key the caller's idempotency key
 * @param shared whether all agents are given it until it has begun: one of them takes it over from
 *     an agent that died
 * @param answers for an answer, the execution that asked
 */
public record TaskSubmission(
    String text,
    String who,
    boolean manual,
    Optional<String> undoes,
    Optional<String> key,
    boolean shared,
    Optional<String> answers) {

  public static TaskSubmission task(String text, String who, boolean manual, Optional<String> key) {
    return new TaskSubmission(text, who, manual, Optional.empty(), key, false, Optional.empty());
  }

  /** A task that goes on with the question of another. */
  public static TaskSubmission answer(String asked, String text, String who, Optional<String> key) {
    return new TaskSubmission(text, who, false, Optional.empty(), key, false, Optional.of(asked));
  }

  /** A task that a queue gives to all agents. */
  public static TaskSubmission shared(String text, String who, boolean manual, String key) {
    return new TaskSubmission(
        text, who, manual, Optional.empty(), Optional.of(key), true, Optional.empty());
  }

  public static TaskSubmission rollback(
      String undoes, String who, boolean manual, Optional<String> key) {
    return new TaskSubmission(
        "rollback " + undoes, who, manual, Optional.of(undoes), key, false, Optional.empty());
  }

  /** Keys of two callers may be equal: each caller has keys of its own. */
  public Optional<ExecutionReservations.Key> key(String nonce) {
    var parts = Stream.of(text, Boolean.toString(manual), undoes.orElse(""));
    String fingerprint = hash(Stream.concat(parts, answers.stream()).toArray(String[]::new));
    return key.map(k -> new ExecutionReservations.Key(hash(who, k), fingerprint, nonce));
  }

  /** The hash of the key under which a shared one is reserved. */
  public Optional<String> claim() {
    return key("").filter(_ -> shared).map(ExecutionReservations.Key::hash);
  }

  TaskRequest request(String execution, Instant received) {
    return new TaskRequest(text, who, received, manual, Optional.of(execution))
        .after(answers.map(Conversation::answering).orElse(Conversation.NONE));
  }

  private static String hash(String... parts) {
    return CanonicalJson.sha256(CanonicalJson.text(List.of(parts)));
  }
}
