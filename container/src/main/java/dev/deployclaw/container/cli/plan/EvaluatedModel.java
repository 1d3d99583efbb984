package dev.deployclaw.container.cli.plan;

import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.container.llm.ModelCassette;
import dev.deployclaw.core.language.RequestInterpreter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is evaluated. Closing it keeps the answers that were recorded.
 *
 * @param name who answers
 * @param cassette where answers are replayed from or recorded; empty for none
 * @param place where they are recorded; empty where they are only replayed
 */
record EvaluatedModel(
    RequestInterpreter interpreter,
    String name,
    Optional<ModelCassette> cassette,
    Optional<Path> place)
    implements AutoCloseable {
  /**
   * Ends a replay that lacks an answer.
   *
   * @param where the request is, for people
   */
  void check(String where) throws SetupException {
    if (place.isEmpty() && cassette.isPresent() && !cassette.get().open().isEmpty()) {
      throw new SetupException(where + ": " + cassette.get().gap() + "; record it with --record");
    }
  }

  /** Prompts that wait for an answer: written beside the recording. Empty where none does. */
  Optional<String> open() {
    var open = cassette.map(ModelCassette::open).orElse(List.of());
    if (place.isEmpty() || open.isEmpty()) {
      return Optional.empty();
    }
    var file = Path.of(place.get() + ".prompts.jsonl");
    var lines = open.stream().map(p -> JsonOutput.line(p) + "\n").collect(Collectors.joining());
    AtomicFile.write(file, lines.getBytes(StandardCharsets.UTF_8));
    return Optional.of(
        ("%d prompts wait in %s: answer each by a line {\"key\": …, \"answer\": …} of another file,"
                + " and add it with --answers FILE --answered-by WHO")
            .formatted(open.size(), file));
  }

  @Override
  public void close() {
    place
        .filter(_ -> cassette.orElseThrow().grew())
        .ifPresent(file -> cassette.orElseThrow().save(file, name, Instant.now()));
  }
}
