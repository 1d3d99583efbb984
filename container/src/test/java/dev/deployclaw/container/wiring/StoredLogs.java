package dev.deployclaw.container.wiring;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObjectStore.Get;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.s3.S3ObjectStore;
import dev.deployclaw.executors.s3.S3Settings;
import dev.deployclaw.testkit.server.S3Server;
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
import java.util.regex.Pattern;

/** A state folder with logs and a real bucket; segments hold 4 KiB of lines, some six records. */
final class StoredLogs implements AutoCloseable {
  static final String ID = "arch-2026-11-26-rate-limit-001";
  static final String OTHER = "arch-2026-11-26-rate-limit-002";
  private static final int SMALL = 4_096;
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final Pattern SEGMENT = Pattern.compile("\"name\":\"([^\"]+)\"");

  private final Path folder;
  private final S3Server server;
  private final ObjectStore bucket;
  private final HeadSigner signer;
  private FileJournal journal;
  private LogHead head = LogHead.START;

  /** A bucket of this JVM. */
  StoredLogs(Path folder) {
    this(folder, S3Server.start(bucketFolder(folder)));
  }

  private StoredLogs(Path folder, S3Server server) {
    this.folder = folder;
    this.server = server;
    this.bucket = bucket(Duration.ofSeconds(30));
    this.signer = HeadSigner.open(state());
    this.journal = FileJournal.open(state(), copies());
  }

  /** A bucket of a process, which can be killed. */
  static StoredLogs spawn(Path folder) {
    return new StoredLogs(folder, S3Server.spawn(bucketFolder(folder)));
  }

  private static Path bucketFolder(Path folder) {
    return folder.resolve("s3");
  }

  S3Server server() {
    return server;
  }

  FileJournal journal() {
    return journal;
  }

  /** Another process of the machine; the one before is over. */
  void restart() {
    journal.close();
    journal = FileJournal.open(state(), copies());
  }

  LogCopyVerifier copies() {
    return LogCopyVerifier.of(state(), bucket, signer);
  }

  /** The same, of a bucket that isn't waited for. */
  LogCopyVerifier hastyCopies() {
    return LogCopyVerifier.of(state(), bucket(Duration.ofSeconds(2)), signer);
  }

  LogArchiver segments() {
    return LogArchiver.of(state(), bucket, signer, SMALL);
  }

  LogArchiver hastySegments() {
    return LogArchiver.of(state(), bucket(Duration.ofSeconds(2)), signer, SMALL);
  }

  HeadSigner signer() {
    return signer;
  }

  /** Another log. */
  void writeAnew(String execution, int records, boolean ends) {
    head = LogHead.START;
    write(execution, records, ends);
  }

  /** Goes on with the log from where the last call was. */
  void write(String execution, int records, boolean ends) {
    var sealer = new HashChainSealer(SecretRedactor.of(List.of()));
    var before = head.seq() == 0 ? List.<Long>of() : List.of(head.seq());
    for (int n = 1; n <= records; n++) {
      var thought = ends && n == records ? ended(execution, before) : looking(execution, n);
      SealedRecord sealed = sealer.seal(head, thought.at(NOON.plusSeconds(n)).thought());
      journal.append(execution, sealed);
      head = sealed.head();
    }
  }

  private static LogEntryFixture ended(String execution, List<Long> before) {
    return LogEntryFixture.of(execution, Phase.END, "Finished")
        .facts(Map.of("result", "COMPLETED", "request", "look", "requester", "ana"))
        .restingOn(before);
  }

  private static LogEntryFixture looking(String execution, int n) {
    return LogEntryFixture.of(execution, Phase.STAGE, "Looking at " + n)
        .step(1)
        .facts(Map.of("padding", "x".repeat(300)));
  }

  /** Of the segments, in order, as the log's mark lists them. */
  List<String> names(String execution) throws IOException {
    var names = new ArrayList<String>();
    var found = SEGMENT.matcher(Files.readString(mark(execution)));
    while (found.find()) {
      names.add(found.group(1));
    }
    return names;
  }

  Path mark(String execution) {
    return file(execution + ".stored");
  }

  Path log(String execution) {
    return file(execution + ".jsonl");
  }

  Path file(String name) {
    return state().resolve("executions").resolve(name);
  }

  String text(String name) throws InterruptedException {
    return bucket.read(name) instanceof Get.Found(byte[] bytes)
        ? new String(bytes, StandardCharsets.UTF_8)
        : "absent";
  }

  /** What nobody may do, and somebody does. */
  void replaceInBucket(String name, String text) throws IOException {
    Files.writeString(object(name), text);
  }

  void removeFromBucket(String name) throws IOException {
    Files.delete(object(name));
  }

  private Path object(String name) {
    return bucketFolder(folder).resolve("data").resolve(server.bucket()).resolve(name);
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
            timeout,
            TlsSettings.DEFAULT));
  }

  Path state() {
    return folder.resolve("state");
  }

  @Override
  public void close() {
    journal.close();
    bucket.close();
    server.close();
  }
}
