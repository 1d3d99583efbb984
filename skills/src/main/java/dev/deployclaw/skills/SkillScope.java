package dev.deployclaw.skills;

import java.nio.file.Path;

/**
 * A place where skills are looked for.
 *
 * @param name for people: {@code project}, {@code user}, {@code built-in}
 * @param folder its subfolders are the skills
 */
public record SkillScope(String name, Path folder) {}
