package dev.deployclaw.executors.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an agent and a host said to each other, as bytes. In its file a line has a call's method,
 * its request and its reply, these in Base64.
 */
record RecordedConversation(List<Exchange> exchanges) {
  private static final Path FOLDER =
      Path.of("src/test/resources/dev/deployclaw/executors/host/conversations");

  private static final int FIELDS = 3;

  RecordedConversation {
    exchanges = List.copyOf(exchanges);
  }

  /**
   * One call.
   *
   * @param method without the service's name
   */
  record Exchange(String method, byte[] request, byte[] reply) {
    private static Exchange of(String line) {
      var fields = line.split(" ", FIELDS);
      var base64 = Base64.getDecoder();
      return new Exchange(fields[0], base64.decode(fields[1]), base64.decode(fields[2]));
    }

    private String line() {
      var base64 = Base64.getEncoder();
      return method + " " + base64.encodeToString(request) + " " + base64.encodeToString(reply);
    }
  }

  /** Where the one of a revision is kept. */
  static Path file(int revision) {
    return FOLDER.resolve("revision-" + revision + ".txt");
  }

  static RecordedConversation read(Path file) {
    try (var lines = Files.lines(file)) {
      return new RecordedConversation(lines.map(Exchange::of).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(Path file) throws IOException {
    Files.writeString(
        file, exchanges.stream().map(e -> e.line() + "\n").collect(Collectors.joining()));
  }
}
