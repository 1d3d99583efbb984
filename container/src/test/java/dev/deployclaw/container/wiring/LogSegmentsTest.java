package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.ChainRecorder;
import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.LogCopies;
import dev.deployclaw.audit.LogCopies.Copy;
import dev.deployclaw.audit.LogSegments;
import dev.deployclaw.audit.Redaction;
import dev.deployclaw.core.log.Basis;
import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObjectStore.Get;
import dev.deployclaw.executors.s3.S3ObjectStore;
import dev.deployclaw.executors.s3.S3Settings;
import dev.deployclaw.testkit.S3;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that are copied into a real bucket. Segments here hold 4 KiB of lines, some six records. */
class LogSegmentsTest {
  private static final String ID = "arch-2026-11-26-rate-limit-001";
  private static final String OTHER = "arch-2026-11-26-rate-limit-002";
  private static final int SMALL = 4_096;
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

  @TempDir Path folder;
  private S3 server;
  private ObjectStore bucket;
  private FileJournal journal;
  private HeadSigner signer;
  private Head head = Head.START;

  @BeforeEach
  void start() {
    server = S3.spawn(folder.resolve("s3"));
    bucket = bucket(Duration.ofSeconds(30));
    journal = FileJournal.open(state());
    signer = HeadSigner.open(state());
  }

  @AfterEach
  void stop() {
    journal.close();
    bucket.close();
    server.close();
  }

  @Test
  void copiesWhatHasEndedIntoSegmentsUnderASignedHead() throws Exception {
    write(ID, 40, true);

    assertThat(segments().store()).isEqualTo(new LogSegments.Copied(1, Optional.empty()));

    assertThat(copies().check(ID)).isInstanceOf(Copy.Whole.class);
    var names = names(ID);
    assertThat(names).hasSizeGreaterThan(4);
    var lines = new StringBuilder();
    for (String name : names) {
      lines.append(text(name));
    }
    assertThat(lines.toString())
        .isEqualTo(Files.readString(state().resolve("executions").resolve(ID + ".jsonl")));
  }

  @Test
  void leavesALogAloneThatRunsOrIsThereAlready() throws Exception {
    write(ID, 10, true);
    head = Head.START;
    write(OTHER, 10, false);

    assertThat(segments().store().stored()).isEqualTo(1);
    assertThat(segments().store().stored()).isZero();
    assertThat(copies().check(OTHER)).isEqualTo(new Copy.Waits());
  }

  @Test
  void goesOnWithALogThatWasHeldAndKeepsWhatIsThere() throws Exception {
    write(ID, 20, true);
    assertThat(segments().store().stored()).isEqualTo(1);
    var before = names(ID);
    write(ID, 20, true);

    assertThat(segments().store().stored()).isEqualTo(1);

    assertThat(copies().check(ID)).isInstanceOf(Copy.Whole.class);
    assertThat(names(ID)).hasSizeGreaterThan(before.size()).containsAll(before);
  }

  @Test
  void findsWhatAProcessStoredThatDiedBeforeItKeptThat() throws Exception {
    write(ID, 20, true);
    assertThat(segments().store().stored()).isEqualTo(1);
    var before = names(ID);
    Files.delete(mark(ID));

    assertThat(segments().store()).isEqualTo(new LogSegments.Copied(1, Optional.empty()));

    assertThat(names(ID)).isEqualTo(before);
    assertThat(copies().check(ID)).isInstanceOf(Copy.Whole.class);
  }

  @Test
  void overwritesNothingAndSaysSo() throws Exception {
    write(ID, 20, true);
    assertThat(segments().store().stored()).isEqualTo(1);
    String first = names(ID).getFirst();
    Files.delete(mark(ID));
    replaceInBucket(first, "something else");

    var again = segments().store();

    assertThat(again.stored()).isZero();
    assertThat(again.trouble())
        .hasValueSatisfying(why ->
            assertThat(why).contains(ID, first, "holds something else: nothing is overwritten"));
    assertThat(text(first)).isEqualTo("something else");
  }

  @Test
  void seesASegmentThatWasChangedAndOneThatIsGone() throws Exception {
    write(ID, 20, true);
    assertThat(segments().store().stored()).isEqualTo(1);
    String second = names(ID).get(1);
    replaceInBucket(second, text(second).replaceFirst("Looking at", "Looking up"));

    assertThat(copies().check(ID).toString()).contains("Wrong", second, "isn't what");

    removeFromBucket(second);
    assertThat(copies().check(ID).toString()).contains("Wrong", second, "is gone");
  }

  @Test
  void copiesWhenTheBucketIsBack() throws Exception {
    write(ID, 20, true);
    server.daemons().forEach(d -> d.kill());
    try (var hasty = bucket(Duration.ofSeconds(2))) {
      assertThat(LogSegments.of(state(), hasty, signer, SMALL).store().trouble()).isPresent();
    }

    server.restart();

    assertThat(segments().store()).isEqualTo(new LogSegments.Copied(1, Optional.empty()));
    assertThat(copies().check(ID)).isInstanceOf(Copy.Whole.class);
  }

  private LogCopies copies() {
    return LogCopies.of(state(), bucket, signer);
  }

  private LogSegments segments() {
    return LogSegments.of(state(), bucket, signer, SMALL);
  }

  /** Goes on with the log from where the last call was. */
  private void write(String execution, int records, boolean ends) {
    var recorder = new ChainRecorder(Redaction.of(List.of()));
    var before = head.seq() == 0 ? List.<Long>of() : List.of(head.seq());
    for (int n = 1; n <= records; n++) {
      var basis = ends && n == records ? ended(before) : Basis.NONE;
      Sealed sealed = recorder.seal(head, thought(execution, n, basis));
      journal.append(execution, sealed);
      head = sealed.head();
    }
  }

  private static Basis ended(List<Long> before) {
    return new Basis(Optional.of(Decision.by(Name.END, "COMPLETED")), before);
  }

  private static Thought thought(String execution, int n, Basis basis) {
    boolean last = basis.decision().isPresent();
    return new Thought(
        execution,
        NOON.plusSeconds(n),
        last ? 0 : 1,
        last ? Phase.END : Phase.STAGE,
        last ? "Finished" : "Looking at " + n,
        "",
        Status.OK,
        "agent",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        last
            ? Map.of("result", "COMPLETED", "request", "look", "requester", "ana")
            : Map.of("padding", "x".repeat(300)),
        basis);
  }

  /** Of the segments, in order, as the log's mark lists them. */
  private List<String> names(String execution) throws IOException {
    var names = new ArrayList<String>();
    var found =
        java.util.regex.Pattern.compile("\"name\":\"([^\"]+)\"")
            .matcher(Files.readString(mark(execution)));
    while (found.find()) {
      names.add(found.group(1));
    }
    return names;
  }

  private Path mark(String execution) {
    return state().resolve("executions").resolve(execution + ".stored");
  }

  private String text(String name) throws InterruptedException {
    return bucket.read(name) instanceof Get.Found(byte[] bytes)
        ? new String(bytes, StandardCharsets.UTF_8)
        : "absent";
  }

  /** What nobody may do, and somebody does. */
  private void replaceInBucket(String name, String text) throws IOException {
    Files.writeString(object(name), text);
  }

  private void removeFromBucket(String name) throws IOException {
    Files.delete(object(name));
  }

  private Path object(String name) {
    return folder.resolve("s3").resolve("data").resolve(server.bucket()).resolve(name);
  }

  private ObjectStore bucket(Duration timeout) {
    return new S3ObjectStore(
        new S3Settings(
            URI.create(server.endpoint()),
            "us-east-1",
            server.bucket(),
            server.accessKey(),
            server.secretKey(),
            true,
            timeout));
  }

  private Path state() {
    return folder.resolve("state");
  }
}
