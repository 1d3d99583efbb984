package dev.deployclaw.core.procedure;

import dev.deployclaw.policy.json.RecordJson;
import java.util.Map;
import java.util.Optional;

/**
 * Why a skill isn't followed, for people and for the log.
 *
 * @param pinned the hash of its folder as it was pinned; empty where it isn't pinned
 * @param found the hash of its folder now; empty where that can't be told
 * @param remedy what a person does about it
 */
public record SkillRefusal(
    String skill, String why, Optional<String> pinned, Optional<String> found, String remedy) {

  /** "skill careful-limits: it changed …: pinned 3c6e…, found 91ab…; read it, then run: …". */
  public String text() {
    String hashes =
        pinned
            .map(p -> " (pinned " + p + found.map(f -> ", found " + f).orElse("") + ")")
            .orElse("");
    return "skill " + skill + ": " + why + hashes + "; " + remedy;
  }

  /** For the facts of a record. */
  public Map<String, Object> facts() {
    return RecordJson.map(this);
  }
}
