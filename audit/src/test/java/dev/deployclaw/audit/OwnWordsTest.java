package dev.deployclaw.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.redaction.SecretRedactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.Test;

/** What the product itself says of passwords and keys reaches a person whole. */
class OwnWordsTest {
  private static final Pattern LITERALS =
      Pattern.compile("\"(?:[^\"\\\\\n]|\\\\.)*+\"(?:\\s*\\+\\s*\"(?:[^\"\\\\\n]|\\\\.)*+\")*+");
  private static final Pattern OTHER_QUOTES = Pattern.compile("\"\"\"(?s:.*?)\"\"\"|'\\\\?\"'");

  /** Patterns and examples of credentials, and the names around real ones. */
  private static final Pattern MEANT =
      Pattern.compile("-----BEGIN|Bearer TOKEN|Credential=%s|secretKey=\\*\\*\\*");

  private static final String RENEW =
      "the API server doesn't accept the credentials: renew those in the kubeconfig";
  private static final Pattern JOINT = Pattern.compile("\"\\s*\\+\\s*\"");

  @Test
  void noMessageInTheSourcesLosesAWord() throws Exception {
    var redaction = SecretRedactor.of(List.of());
    try (Stream<Path> modules = Files.list(Path.of(".."));
        Stream<Path> workshop = Files.list(Path.of("../workshop"))) {
      var messages =
          Stream.concat(modules, workshop)
              .map(module -> module.resolve("src/main/java"))
              .filter(Files::isDirectory)
              .flatMap(OwnWordsTest::messages)
              .toList();

      assertThat(messages).hasSizeGreaterThan(1_000);
      assertThat(messages.stream().filter(m -> !redaction.text(m).equals(m))).isEmpty();
    }
  }

  @Test
  void whatFollowsAnAdviceIsStillMasked() {
    var redaction = SecretRedactor.of(List.of("renew-4711"));

    assertThat(redaction.text(RENEW)).isEqualTo(RENEW);
    assertThat(redaction.text("credentials: renewed")).isEqualTo("credentials: ***");
    assertThat(redaction.text("password: renew-4711")).isEqualTo("password: ***");
    assertThat(redaction.text("password=renew")).isEqualTo("password=***");
    assertThat(redaction.text("password: \"renew\"")).isEqualTo("password: \"***\"");
    assertThat(redaction.text("password:renew")).isEqualTo("password:***");
    assertThat(redaction.text("the credentials: set password=hunter2"))
        .isEqualTo("the credentials: set password=***");
  }

  /** Texts of several words; a sentence that is put together of parts is one. */
  private static Stream<String> messages(Path sources) {
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(f -> f.toString().endsWith(".java"))
          .flatMap(f -> LITERALS.matcher(read(f)).results())
          .map(found -> JOINT.matcher(found.group()).replaceAll(""))
          .filter(text -> text.length() > 2)
          .map(text -> text.substring(1, text.length() - 1))
          .filter(text -> text.contains(" ") && !MEANT.matcher(text).find())
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    return Failable.get(() -> OTHER_QUOTES.matcher(Files.readString(file)).replaceAll(""));
  }
}
