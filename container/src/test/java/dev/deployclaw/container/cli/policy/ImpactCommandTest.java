package dev.deployclaw.container.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.container.traffic.AccessLogLineReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImpactCommandTest {
  private static final String LINE =
      "203.0.113.7 - acme [26/Nov/2026:06:00:01 +0000] \"GET /search/items HTTP/1.1\" 200 12 \"-\""
          + " \"-\"\n";

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void policies() {
    screen = new CommandLineFixture(folder);
    screen.write("old/acme.yaml", policy(100));
    screen.write("new/acme.yaml", policy(3));
  }

  @Test
  void tellsWhoWouldNewlyBeRefusedHowOftenAndWhen() {
    screen.write("access.log", LINE.repeat(10));

    int exit = impact("access.log", "--tenant", "user");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.out())
        .contains("10 requests replayed: 7 newly refused, of 1 tenants")
        .contains("acme: 7 of 10 newly refused by acme/search, first 2026-11-26T06:00:01Z");
  }

  @Test
  void countsAndNamesTheLinesThatItCouldNotRead() {
    screen.write(
        "access.log",
        LINE + "garbage\n" + "x".repeat(AccessLogLineReader.LONGEST + 1) + "\n" + LINE);

    int exit = impact("access.log", "--tenant", "user", "--json");

    var document = screen.json();
    assertThat(exit).isZero();
    assertThat(document.path("requests").asInt()).isEqualTo(2);
    assertThat(document.path("unread_lines").asInt()).isEqualTo(2);
    assertThat(document.at("/unread/0").asText()).startsWith("access.log:2: ");
    assertThat(document.at("/unread/1").asText()).startsWith("access.log:3: longer than");
  }

  @Test
  void readsPackedLogsAndTheLastLineWithoutAnEnd() throws IOException {
    try (var out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("access.log.gz")))) {
      out.write((LINE + LINE.strip()).getBytes(StandardCharsets.UTF_8));
    }

    int exit = impact("access.log.gz", "--tenant", "user", "--json");

    assertThat(exit).isZero();
    assertThat(screen.json().path("requests").asInt()).isEqualTo(2);
  }

  /** As {@code <(zcat …)} gives it: longer than after what the bar is told how far it was read. */
  @Test
  void readsALogFromAPipe() throws Exception {
    var pipe = folder.resolve("access.log");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    var writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Files.writeString(pipe, LINE.repeat(5_000), StandardOpenOption.WRITE);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });

    int exit = impact("access.log", "--tenant", "user", "--json");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.json().path("requests").asInt()).isEqualTo(5_000);
    writer.join();
  }

  @Test
  void showsABarOnATerminalAlone() {
    screen.write("access.log", LINE.repeat(5_000));
    String[] words = {
      "impact", "access.log", "--before", "old", "--after", "new", "--tenant", "user"
    };

    int exit = CommandLineRunner.run(screen.surroundings(OutputMode.TERMINAL), words);

    assertThat(exit).isZero();
    assertThat(screen.err()).contains("\r[####").endsWith("\r\u001b[K");
    impact("access.log", "--tenant", "user");
    assertThat(screen.err()).isEmpty();
  }

  @Test
  void namesWhatIsWrongWithAPolicy() {
    screen.write("new/acme.yaml", policy(3).replace("window", "windows"));
    screen.write("access.log", LINE);

    assertThat(impact("access.log")).isEqualTo(8);
    assertThat(screen.err()).contains("acme.yaml", "windows");
  }

  @Test
  void saysWhatItCanNotWorkWith() {
    screen.write("access.log", "garbage\n");

    assertThat(impact("access.log")).isEqualTo(2);
    assertThat(screen.err()).contains("no line of the log", "access.log:1");
    assertThat(impact("none.log")).isEqualTo(2);
    assertThat(impact("access.log", "--format", "w3c")).isEqualTo(2);
    assertThat(impact("access.log", "--tenant", "cookie")).isEqualTo(2);
    assertThat(impact("access.log", "--route", "search")).isEqualTo(2);
  }

  private int impact(String log, String... more) {
    var words = new String[more.length + 6];
    words[0] = "impact";
    words[1] = log;
    words[2] = "--before";
    words[3] = "old";
    words[4] = "--after";
    words[5] = "new";
    System.arraycopy(more, 0, words, 6, more.length);
    return screen.run(words);
  }

  private static String policy(int requests) {
    return """
    apiVersion: deployclaw.dev/v1
    kind: RateLimitPolicy
    metadata: {tenant: acme}
    spec:
      limits:
        - {name: search, match: {service: search}, requests: %d, window: 1m}
    """
        .formatted(requests);
  }
}
