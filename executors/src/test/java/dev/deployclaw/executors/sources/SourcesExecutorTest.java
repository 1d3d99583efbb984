package dev.deployclaw.executors.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesExecutorTest {
  @TempDir Path folder;

  @Test
  void reportsEachDocumentWithItsText() throws IOException {
    Files.writeString(folder.resolve("b.yaml"), "b: 1\n");
    Files.writeString(folder.resolve("a.json"), "{}");
    Files.writeString(folder.resolve("notes.txt"), "not a document");
    Files.writeString(folder.resolve(".hidden.yaml"), "not a document");

    var reports = read();

    assertThat(reports)
        .extracting(Report::member)
        .containsExactly("source/edge/a.json", "source/edge/b.yaml");
    assertThat(reports).extracting(Report::answer).containsOnly(Answer.YES);
    assertThat(reports.getLast().facts())
        .containsEntry("text", "b: 1\n")
        .containsEntry("namespace", "edge")
        .containsEntry("tenants", List.of("*"));
  }

  @Test
  void reportsAFolderThatCantBeReadAsUnknown() throws IOException {
    Files.delete(folder);

    assertThat(read()).singleElement().extracting(Report::answer).isEqualTo(Answer.UNKNOWN);

    Files.createDirectory(folder);
  }

  @Test
  void tellsWhatIsNoTextFromWhatCantBeRead() throws IOException {
    Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});
    Files.createDirectory(folder.resolve("b.yaml"));
    Files.write(folder.resolve("c.yaml"), new byte[1024 * 1024 + 1]);

    var reports = read();

    assertThat(reports)
        .extracting(Report::answer)
        .containsExactly(Answer.NO, Answer.UNKNOWN, Answer.NO);
    assertThat(reports.getFirst().facts()).containsEntry("file", "a.yaml");
  }

  private List<Report> read() {
    var source = new SourceFolder(folder, "edge", List.of("*"));
    var call =
        new Invocation(
            "sources", new Call.Look("read", Map.of()), Fence.NONE, Duration.ofMinutes(1));
    var outcome = new SourcesExecutor(List.of(source)).execute(call);
    return outcome instanceof Outcome.Done done ? done.reports() : List.of();
  }
}
