package dev.deployclaw.container.doctor;

import java.util.Optional;

/** What a NATS server says of when it syncs its files. */
sealed interface SyncAnswer {
  /**
   * Before each acknowledgement.
   *
   * @param at host and port of its monitoring
   * @param id of the server
   */
  record Always(String at, String id) implements SyncAnswer {}

  /** Now and then. */
  record Now(String at, String id, long seconds) implements SyncAnswer {}

  /** Nothing that tells. */
  record Silent(String at, String why) implements SyncAnswer {}

  /** Which server it is. */
  default Optional<String> server() {
    return switch (this) {
      case Always(String _, String id) -> Optional.of(id);
      case Now(String _, String id, long _) -> Optional.of(id);
      case Silent _ -> Optional.empty();
    };
  }
}
