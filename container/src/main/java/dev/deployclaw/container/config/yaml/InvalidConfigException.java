package dev.deployclaw.container.config.yaml;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration can't be used; the message lists every problem, one a line. */
public final class InvalidConfigException extends Exception {
  private final String file;
  private final transient List<ConfigProblem> problems;

  public InvalidConfigException(String file, List<ConfigProblem> problems) {
    super(problems.stream().map(p -> p.describe(file)).collect(Collectors.joining("\n")));
    this.file = file;
    this.problems = List.copyOf(problems);
  }

  public String file() {
    return file;
  }

  public List<ConfigProblem> problems() {
    return problems;
  }
}
