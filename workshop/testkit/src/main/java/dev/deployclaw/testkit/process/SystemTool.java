package dev.deployclaw.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.lang3.function.Failable;

/** A program of this machine, found by name; and what this process may have it do. */
public final class SystemTool {
  private static final String EFFECTIVE = "CapEff:";

  private SystemTool() {}

  public static CommandRunner.CommandResult run(String program, String... arguments) {
    return command(program, arguments).run();
  }

  /** What it said; an exception with that when it fails. */
  public static String must(String program, String... arguments) {
    return command(program, arguments).must();
  }

  /**
   * Sends a signal to a process, or to a group by its negative number. One that is gone hears
   * nothing.
   */
  public static void signal(String name, String target) {
    CommandRunner.of("/bin/sh", "-c", "kill -s " + name + " -- " + target).run();
  }

  private static CommandRunner command(String program, String... arguments) {
    var words = new ArrayList<>(List.of(ExecutableFinder.find(program)));
    words.addAll(List.of(arguments));
    return CommandRunner.of(words).in(Path.of("/"));
  }

  public static boolean isRoot() {
    return Failable.get(
        () -> Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
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
