package dev.deployclaw.core.machine;

import dev.deployclaw.policy.json.StrictJsonObject;
import java.util.Optional;

/**
 * The skill that a change's plan was made of. A change that waited goes on only by the same one.
 *
 * @param operation the word of the operation that it serves
 * @param sha256 of its folder, as it was pinned
 */
public record FollowedSkill(String operation, String skill, String sha256) {
  static FollowedSkill of(StrictJsonObject json) {
    return new FollowedSkill(json.text("operation"), json.text("skill"), json.text("sha256"));
  }

  static Optional<FollowedSkill> in(StrictJsonObject json) {
    return json.optionalObject("followed").map(FollowedSkill::of);
  }
}
