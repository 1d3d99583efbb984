package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.evaluation.OutcomeText;
import dev.deployclaw.core.language.evaluation.RequestCase;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what the page about a new verb says, to a copy of the grammar, and reads the page's case.
 */
class AddedVerbTest {
  private static final Path PAGE = Path.of("../docs/tasks/extend-language.md");
  private static final Pattern EDIT = Pattern.compile("(?m)^(\\S+\\.txt) {2,}(.+)$");
  private static final String DATA = "dev/deployclaw/core/language/";
  private static final String CASES = "fresh-2026-11-29.txt";

  @TempDir Path edited;

  @Test
  void isUnderstoodAsThePageSays() throws Exception {
    var edits = edits();
    var sample = RequestCase.read(Objects.requireNonNull(edits.remove(CASES))).cases().getFirst();
    assertThat(new GrammarReading().apply(sample.request())).as("before").isEqualTo("asked");

    for (var edit : edits.entrySet()) {
      var file = edited.resolve(DATA + edit.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, data(edit.getKey()) + "\n" + edit.getValue() + "\n");
    }

    assertThat(edits).containsOnlyKeys("grammar/phrases/operations.txt", "lexer/keywords.txt");
    assertThat(readByTheCopy(sample.request())).isEqualTo(sample.expected());
    assertThat(readByTheCopy("don't " + sample.request())).isEqualTo("asked");
  }

  /** The lines of the page by the file that they are added to. */
  private static Map<String, String> edits() throws IOException {
    Map<String, String> out = new LinkedHashMap<>();
    EDIT.matcher(Files.readString(PAGE))
        .results()
        .forEach(line -> out.put(line.group(1), line.group(2)));
    return out;
  }

  private static String data(String file) throws IOException {
    try (var in = GrammarInterpreter.class.getClassLoader().getResourceAsStream(DATA + file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @SuppressWarnings("unchecked")
  private String readByTheCopy(String request) throws Exception {
    URL[] places = {
      edited.toUri().toURL(), place(GrammarInterpreter.class), place(AddedVerbTest.class)
    };
    try (var loader = new URLClassLoader(places, new OthersOnly())) {
      var type = loader.loadClass(GrammarReading.class.getName());
      return ((UnaryOperator<String>) type.getConstructor().newInstance()).apply(request);
    }
  }

  private static URL place(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  /** What the grammar of its own class loader makes of a request. */
  public static final class GrammarReading implements UnaryOperator<String> {
    @Override
    public String apply(String request) {
      var task = new TaskRequest(request, "somebody", BadRequest.NOW);
      return OutcomeText.of(new GrammarInterpreter().read(task, Corpus.SAMPLES));
    }
  }

  /** All classes but those of the core, of which there is to be a second copy. */
  private static final class OthersOnly extends ClassLoader {
    OthersOnly() {
      super(AddedVerbTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("dev.deployclaw.core.")) {
        throw new ClassNotFoundException(name);
      }
      return super.loadClass(name, resolve);
    }

    @Override
    public @Nullable URL getResource(String name) {
      return name.startsWith("dev/deployclaw/core/") ? null : super.getResource(name);
    }
  }
}
