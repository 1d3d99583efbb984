package dev.deployclaw.lab;

import static java.util.Map.entry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The manual's blocks of shell commands, each by its page and its number there, and those that
 * can't be pasted on a machine as it is.
 */
final class ManualBlocks {
  /** With the reason, and the tests that run what is in them. */
  static final Map<String, String> NOT_HERE =
      Map.ofEntries(
          entry("CONTRIBUTING.md#1", "it runs all tests"),
          entry("README.md#1", "it builds the product and runs all tests: ReferenceRunTest"),
          entry("docs/design/simulation.md#1", "it runs other tests: SwarmTest, ReplayTest"),
          entry(
              "docs/reference/language-model.md#1",
              "it needs a model: NarrationTest, PlanInWordsTest"),
          entry("docs/tasks/container.md#1", "it builds images for minutes: ImageTest"),
          entry("docs/tasks/container.md#2", "it pulls images: ComposeTest, ComposeUsersTest"),
          entry("docs/tasks/credentials.md#1", "it needs an etcd with TLS: EtcdRolesTest"),
          entry(
              "docs/tasks/write-a-plugin.md#1",
              "it needs Python's gRPC: PluginRunTest, PluginContractTest"));

  /** Single lines of the other blocks, by how they begin. */
  static final Map<String, String> LINES_NOT_HERE =
      Map.of(
          "./deployclaw demo --keep", "47 pods: ReferenceRunTest",
          "deployclaw serve ", "it serves until it is ended: ServeTest",
          "java -jar audit/target/", "the archive is there after packaging alone: VerifierMainTest",
          "kubectl ", "it needs a cluster: ManifestsTest, PodSecretsTest");

  static final Path ROOT = Path.of("..", "..");
  private static final Pattern BLOCK = Pattern.compile("(?s)```sh\n(.*?)```");
  private static final List<String> TOP =
      List.of("AGENTS.md", "CONTRIBUTING.md", "README.md", "SKILL.md");

  private ManualBlocks() {}

  /** The names of all blocks. */
  static List<String> names() {
    var out = new ArrayList<String>();
    for (String page : pages()) {
      for (int i = 1; i <= blocks(page).size(); i++) {
        out.add(page + "#" + i);
      }
    }
    return out;
  }

  /** The commands of one. */
  static String whole(String name) {
    int at = name.lastIndexOf('#');
    return blocks(name.substring(0, at)).get(Integer.parseInt(name.substring(at + 1)) - 1);
  }

  /** The same, without the lines that can't be pasted. */
  static String commands(String name) {
    var out = new StringBuilder();
    whole(name)
        .lines()
        .filter(line -> LINES_NOT_HERE.keySet().stream().noneMatch(line::startsWith))
        .forEach(line -> out.append(line).append('\n'));
    return out.toString();
  }

  /** All pages of the manual. */
  static List<String> pages() {
    try (var files = Files.walk(ROOT.resolve("docs"))) {
      var out = new ArrayList<>(TOP);
      files
          .filter(file -> file.toString().endsWith(".md"))
          .map(file -> ROOT.relativize(file).toString())
          .sorted()
          .forEach(out::add);
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String page) {
    try {
      return Files.readString(ROOT.resolve(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> blocks(String page) {
    return BLOCK.matcher(text(page)).results().map(block -> block.group(1)).toList();
  }
}
