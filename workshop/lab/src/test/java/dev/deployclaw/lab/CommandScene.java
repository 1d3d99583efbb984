package dev.deployclaw.lab;

import dev.deployclaw.lab.LabAgent.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What one call of a command finds: a lab, a folder of its own, and a user of its own. */
record CommandScene(LabFixture lab, CommandProcess caller) {
  /** Limits that are asked for, each another one. */
  private static final AtomicInteger LIMIT = new AtomicInteger(301);

  private static final String SKILL =
      """
      ---
      name: careful
      description: Looks before it changes. Use it when someone wants to look first.
      ---
      # Careful
      """;

  Ran run(String... words) {
    return caller.run(words);
  }

  /** A request that changes something whenever it is made. */
  static String change() {
    return "set umbrella's search limit to " + LIMIT.getAndIncrement() + " per minute";
  }

  /** The id of a change that another user asked for, and that waits for an approval. */
  String held() {
    return execution(lab.run("run", change() + "; hold for approval"), 5);
  }

  /** The id of a request of this user's that needs an answer. */
  String asked() {
    return execution(run("run", "--json", "set umbrella's search limit to 345"), 3);
  }

  private static String execution(Ran ran, int exit) {
    if (ran.exit() != exit) {
      throw new IllegalStateException("exit " + ran.exit() + ": " + ran.out() + ran.err());
    }
    return ran.json().path("execution_id").asText();
  }

  /** The id of the newest log. */
  String last() {
    try (var logs = Files.list(lab.config().stateDir().resolve("executions"))) {
      return logs.map(log -> log.getFileName().toString())
          .filter(name -> name.endsWith(".jsonl"))
          .max(String::compareTo)
          .orElseThrow()
          .replace(".jsonl", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the source has its policies. */
  String policies() {
    return lab.lab().folder().resolve("policies").toString();
  }

  /**
   * Gives the caller a file in the folder that the command is called from, and returns its name.
   */
  String file(String name, String text) throws IOException {
    var file = caller.working().resolve(name);
    Files.createDirectories(file.resolveSibling(""));
    Files.writeString(file, text);
    for (var own = file; !own.equals(caller.working()); own = own.resolve("..").normalize()) {
      Files.setAttribute(own, "unix:uid", caller.user());
    }
    return name;
  }

  /** The same with a folder of one skill. */
  String skills() throws IOException {
    file("skills/careful/SKILL.md", SKILL);
    return "skills";
  }

  /** Files in the caller's folder that are another user's: the agent's, where it wrote them. */
  List<Path> strangers() throws IOException {
    try (var files = Files.walk(caller.working())) {
      return files.filter(file -> owner(file) != caller.user()).toList();
    }
  }

  private static int owner(Path file) {
    try {
      return (int) Files.getAttribute(file, "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
