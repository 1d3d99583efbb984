package dev.deployclaw.container.doctor;

import java.util.Optional;

/** What a NATS server says of when it syncs its files. */
sealed interface NatsSyncMode {
  /**
   * Before each acknowledgement.
   *
   * @param at host and port of its monitoring
   * @param id of the server
   */
  record Always(String at, String id) implements NatsSyncMode {}

  /** Now and then. */
  record Periodic(String at, String id, long seconds) implements NatsSyncMode {}

  /** Nothing that tells. */
  record NotReported(String at, String why) implements NatsSyncMode {}

  default Optional<String> server() {
    return switch (this) {
      case Always(String _, String id) -> Optional.of(id);
      case Periodic(String _, String id, long _) -> Optional.of(id);
      case NotReported _ -> Optional.empty();
    };
  }
}
