package dev.deployclaw.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of this machine, found by name; and what this process may have it do. */
public final class SystemTool {
  private static final String EFFECTIVE = "CapEff:";

  private SystemTool() {}

  public static CommandRunner.CommandResult run(String program, String... arguments) {
    var words = new ArrayList<>(List.of(ExecutableFinder.find(program)));
    words.addAll(List.of(arguments));
    return CommandRunner.run(Path.of("/"), words);
  }

  /**
   * @return what it said
   * @throws IllegalStateException when it fails, with what it said
   */
  public static String must(String program, String... arguments) {
    var ended = run(program, arguments);
    if (ended.exit() != 0) {
      throw new IllegalStateException(
          program + " " + String.join(" ", arguments) + ": " + ended.said());
    }
    return ended.said();
  }

  public static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this process has the capability, by its number. */
  public static boolean may(int capability) {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith(EFFECTIVE))
          .map(line -> new BigInteger(line.substring(EFFECTIVE.length()).strip(), 16))
          .anyMatch(set -> set.testBit(capability));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
