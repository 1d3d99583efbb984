package dev.deployclaw.executors.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.member.WriteBackMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceExecutorTest {
  private static final ExecutorCall READ = new ExecutorCall.Look("read", Map.of());

  @TempDir Path folder;

  @Test
  void reportsEachDocumentWithItsText() throws IOException {
    Files.writeString(folder.resolve("b.yaml"), "b: 1\n");
    Files.writeString(folder.resolve("a.json"), "{}");
    Files.writeString(folder.resolve("notes.txt"), "not a document");
    Files.writeString(folder.resolve(".hidden.yaml"), "not a document");

    var reports = read();

    assertThat(reports)
        .extracting(MemberReport::member)
        .containsExactly("source/edge/a.json", "source/edge/b.yaml");
    assertThat(reports).extracting(MemberReport::answer).containsOnly(Answer.YES);
    assertThat(reports.getLast().facts())
        .containsEntry("text", "b: 1\n")
        .containsEntry("namespace", "edge");
    assertThat(reports)
        .as("the tenants, once")
        .map(r -> r.facts().get("tenants"))
        .containsExactly(List.of("*"), null);
  }

  @Test
  void reportsAFolderThatCantBeReadAsUnknown() throws IOException {
    Files.delete(folder);

    assertThat(read()).singleElement().extracting(MemberReport::answer).isEqualTo(Answer.UNKNOWN);

    Files.createDirectory(folder);
  }

  @Test
  void tellsWhatIsNoTextFromWhatCantBeRead() throws IOException {
    Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});
    Files.createDirectory(folder.resolve("b.yaml"));
    Files.write(folder.resolve("c.yaml"), new byte[1024 * 1024 + 1]);

    var reports = read();

    assertThat(reports)
        .extracting(MemberReport::answer)
        .containsExactly(Answer.NO, Answer.UNKNOWN, Answer.NO);
    assertThat(reports.getFirst().facts()).containsEntry("file", "a.yaml");
  }

  @Test
  void writesADocumentBackThatIsAsItWasRead() throws IOException {
    Files.writeString(folder.resolve("a.yaml"), "a: 1\n");
    var source = new WriteBackMode.Source(List.of());
    var read = execute(source, READ).getFirst();

    var written = execute(source, edit(read.digest(), "a: 2\n")).getFirst();
    var again = execute(source, edit(read.digest(), "a: 2\n")).getFirst();
    var late = execute(source, edit(read.digest(), "a: 3\n")).getFirst();

    assertThat(read.facts()).containsEntry("write_back", "file");
    assertThat(written.answer()).as(written.reason()).isEqualTo(Answer.YES);
    assertThat(again.answer()).as("repeated").isEqualTo(Answer.YES);
    assertThat(late.answer()).isEqualTo(Answer.NO);
    assertThat(late.reason()).contains("was changed just now");
    assertThat(folder.resolve("a.yaml")).hasContent("a: 2\n");
    assertThat(folder).isDirectoryNotContaining("glob:**.draft*");
  }

  @Test
  void leavesALinkToWhoeverOwnsWhatItLeadsTo() throws IOException {
    Files.writeString(folder.resolve("target"), "a: 1\n");
    Files.createSymbolicLink(folder.resolve("a.yaml"), folder.resolve("target"));
    var source = new WriteBackMode.Source(List.of());

    var left = execute(source, edit(execute(source, READ).getFirst().digest(), "a: 2\n"));

    assertThat(left.getFirst().reason()).contains("is a link");
    assertThat(left.getFirst().facts()).containsEntry("patch", "a: 2\n");
    assertThat(folder.resolve("target")).hasContent("a: 1\n");
  }

  @Test
  void putsAPatchIntoAFileOfItsOwn() throws IOException {
    Files.writeString(folder.resolve("a.yaml"), "a: 1\n");
    var patches = folder.resolve("patches");
    var source = new WriteBackMode.Patch(patches);

    var done = execute(source, edit(execute(source, READ).getFirst().digest(), "a: 2\n"));

    assertThat(done.getFirst().answer()).isEqualTo(Answer.YES);
    assertThat(patches.resolve("x-1-source_edge_a.yaml")).hasContent("a: 2\n");
    assertThat(folder.resolve("a.yaml")).hasContent("a: 1\n");
  }

  @Test
  void neverWritesWhereItWasNotTold() throws IOException {
    Files.writeString(folder.resolve("a.yaml"), "a: 1\n");

    var refused = execute(WriteBackMode.NONE, edit("", "a: 2\n"));
    var outside =
        execute(
            new WriteBackMode.Source(List.of()),
            new ExecutorCall.WriteBack(List.of(new Edit("x-1", "source/edge/../a.yaml", "", ""))));

    assertThat(refused).extracting(MemberReport::answer).containsExactly(Answer.SKIPPED);
    assertThat(outside).extracting(MemberReport::answer).containsExactly(Answer.SKIPPED);
    assertThat(folder.resolve("a.yaml")).hasContent("a: 1\n");
  }

  private static ExecutorCall edit(String digest, String text) {
    return new ExecutorCall.WriteBack(List.of(new Edit("x-1", "source/edge/a.yaml", digest, text)));
  }

  private List<MemberReport> read() {
    return execute(WriteBackMode.NONE, READ);
  }

  private List<MemberReport> execute(WriteBackMode writeBack, ExecutorCall what) {
    var source = new FolderSource(folder, "edge", List.of("*"), writeBack);
    var call = new Invocation("sources", what, FencingToken.NONE, Duration.ofMinutes(1));
    var outcome = new FolderSourceExecutor(List.of(source)).execute(call);
    return outcome instanceof CallOutcome.Done done ? done.reports() : List.of();
  }
}
