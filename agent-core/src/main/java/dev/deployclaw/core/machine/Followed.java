package dev.deployclaw.core.machine;

import java.util.Map;
import java.util.Optional;

/**
 * The skill that a change's plan was made of. A change that waited goes on only by the same one.
 *
 * @param operation the word of the operation that it serves
 * @param sha256 of its folder, as it was pinned
 */
public record Followed(String operation, String skill, String sha256) {
  Map<String, Object> toMap() {
    return Map.of("operation", operation, "skill", skill, "sha256", sha256);
  }

  static Followed of(Fields json) {
    return new Followed(json.text("operation"), json.text("skill"), json.text("sha256"));
  }

  static Optional<Followed> in(Fields json) {
    return json.optional("followed").map(Followed::of);
  }
}
