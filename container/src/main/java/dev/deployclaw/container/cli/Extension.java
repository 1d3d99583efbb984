package dev.deployclaw.container.cli;

import java.util.List;

/** Adds commands to the command line; found by {@link Extensions}. */
public interface Extension {
  /** Objects with picocli's {@code @Command}, made for these surroundings. */
  List<Object> commands(Surroundings around);
}
