package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Keeps words out of main code that a native engineer stumbles over: archaic ones, and ones that
 * hide who does something. {@code docs/STYLE.md} asks for plain English.
 */
class HouseWordsTest {
  /** A message names the member, the agent, the state or the problem instead. */
  private static final Pattern IN_MESSAGES =
      words(
          "whoever",
          "anew",
          "amiss",
          "afresh",
          "lest",
          "nobody",
          "mend",
          "begun",
          "stands?",
          "stood",
          "held against",
          "comes to",
          "came to",
          "goes on",
          "went on",
          "it is over",
          "told to",
          "can't be told",
          "going back",
          "ways? back");

  private static final Pattern IN_COMMENTS =
      words("whoever", "anew", "amiss", "afresh", "lest", "held against", "what stands(?! for)");

  private static final Pattern TOKEN =
      Pattern.compile(
          "\"\"\"(?s:.*?)\"\"\"|\"(?:[^\"\\\\\n]|\\\\.)*+\"|'(?:[^'\\\\\n]|\\\\.)*+'"
              + "|//[^\n]*+(?:\n[ \t]*+//[^\n]*+)*+|/\\*(?s:.*?)\\*/");
  private static final Pattern NEXT_LINE = Pattern.compile("\\s*\n\\s*(?:\\*(?!/)|//)?\\s*");
  private static final Pattern IDENTIFIER = Pattern.compile("\\{@\\w+ [^}]*}|@param \\w+|#\\w+");

  /** Parts of paths whose texts aren't ours to word here, each with its reason. */
  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          "/container/llm/", "its texts are prompts for a language model",
          "/container/metrics/ServerMetrics.java", "its texts are published with the metrics");

  @Test
  void messagesAndCommentsAreInPlainEnglish() throws IOException {
    List<String> found = new ArrayList<>();

    for (String module : JavaSourceFile.modules()) {
      for (Path file : javaFiles(JavaSourceFile.TOP.resolve(module).resolve("src/main/java"))) {
        String name = JavaSourceFile.TOP.relativize(file).toString();
        if (EXCEPTIONS.keySet().stream().noneMatch(name::contains)) {
          banned(Files.readString(file)).forEach(text -> found.add(name + ": " + text));
        }
      }
    }

    assertThat(found).isEmpty();
  }

  @Test
  void findsAWordInAMessageAndInACommentOnly() {
    assertThat(banned("fail(\"the result came to \" + x);"))
        .containsExactly("\"the result came to \"");
    assertThat(banned("/** Read\n * anew. */\nint anew;")).containsExactly("/** Read anew. */");
    assertThat(banned("// Once,\n  // whoever asks.\nrun();")).hasSize(1);
    assertThat(banned("out.put(\"amiss\", amiss); // {@code amiss}")).isEmpty();
    assertThat(banned("/** @param amiss by member */ char quote = '\"'; // stood")).isEmpty();
  }

  @Test
  void eachExceptionIsStillThere() throws IOException {
    List<String> names = new ArrayList<>();
    for (String module : JavaSourceFile.modules()) {
      javaFiles(JavaSourceFile.TOP.resolve(module).resolve("src/main/java"))
          .forEach(file -> names.add(file.toString()));
    }

    assertThat(EXCEPTIONS.keySet())
        .allSatisfy(part -> assertThat(names).anyMatch(name -> name.contains(part)));
  }

  private static Pattern words(String... words) {
    return Pattern.compile("(?i)\\b(?:" + String.join("|", words) + ")\\b");
  }

  /** The messages, of two words or more, and the comments of a file that have such a word. */
  private static List<String> banned(String source) {
    return TOKEN
        .matcher(source)
        .results()
        .map(token -> token.group())
        .map(token -> NEXT_LINE.matcher(token).replaceAll(" "))
        .filter(HouseWordsTest::hasBannedWord)
        .toList();
  }

  private static boolean hasBannedWord(String token) {
    return switch (token.charAt(0)) {
      case '"' -> token.contains(" ") && IN_MESSAGES.matcher(token).find();
      case '/' -> IN_COMMENTS.matcher(IDENTIFIER.matcher(token).replaceAll("")).find();
      default -> false;
    };
  }

  /** None where all of a module's code is generated. */
  private static List<Path> javaFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }
}
