package dev.deployclaw.container.skill;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.skills.SkillScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where skills may lie.
 *
 * @param stateDir where the packaged ones are unpacked
 * @param operator the folder that the configuration names
 * @param project the folder of the configuration file
 * @param home of the user who runs the agent
 */
public record SkillLocations(
    Path stateDir, Optional<Path> operator, Optional<Path> project, Optional<Path> home) {
  static final String OPERATOR = "operator";
  static final String BUILT_IN = "built-in";
  private static final String USER = "user";

  /** Ours, and the one that clients of the Agent Skills specification share. */
  private static final List<String> FOLDERS = List.of(".deployclaw/skills", ".agents/skills");

  public static SkillLocations of(AgentConfig c) {
    return new SkillLocations(c.stateDir(), c.skillsDir(), Optional.of(c.folder()), c.home());
  }

  /** Where the packaged ones are. */
  Path packaged() {
    return stateDir.resolve("skills");
  }

  /** By precedence, the packaged ones last. */
  List<SkillScope> scopes() {
    var scopes = new ArrayList<SkillScope>();
    operator.ifPresent(folder -> scopes.add(new SkillScope(OPERATOR, folder)));
    project.ifPresent(folder -> scopes.addAll(below(folder, "project")));
    home.filter(h -> !Optional.of(h).equals(project))
        .ifPresent(folder -> scopes.addAll(below(folder, USER)));
    scopes.add(new SkillScope(BUILT_IN, packaged()));
    return scopes;
  }

  private static List<SkillScope> below(Path folder, String name) {
    return FOLDERS.stream().map(f -> new SkillScope(name, folder.resolve(f))).toList();
  }
}
