package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.folder.RecordFile;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signing.SegmentManifest.Segment;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObjectStore.Put;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Copies ended logs into the bucket: their lines in segments, each an object that is created once
 * and read back, and a signed head that names them, created last. An object's name holds its hash,
 * so what a process that died had stored is found again, and nothing is ever overwritten. A log
 * that goes on gets further segments and another head.
 *
 * <p>One thread at a time; a log is in memory while it is copied.
 */
public record LogArchiver(LogEndSignatures ends, ObjectStore objects, int mostBytes) {
  /** Bytes of lines in a segment, but where one record is longer. */
  static final int MOST_BYTES = 4 << 20;

  /** Logs that one call copies. */
  static final int MOST_AT_ONCE = 64;

  /** Of the logs below a state folder. */
  public static LogArchiver of(Path stateDir, ObjectStore objects, HeadSigner signer) {
    return of(stateDir, objects, signer, MOST_BYTES);
  }

  /** The same, of logs that are signed before they end: others aren't copied, and so not signed. */
  public static LogArchiver ofSigned(Path stateDir, ObjectStore objects, HeadSigner signer) {
    var ends = new LogEndSignatures(JournalFolder.in(stateDir), signer, true);
    return new LogArchiver(ends, objects, MOST_BYTES);
  }

  /**
   * @param mostBytes of lines in a segment
   */
  public static LogArchiver of(
      Path stateDir, ObjectStore objects, HeadSigner signer, int mostBytes) {
    var ends = new LogEndSignatures(JournalFolder.in(stateDir), signer);
    return new LogArchiver(ends, objects, mostBytes);
  }

  /**
   * What a call came to.
   *
   * @param stored logs whose head is in the bucket now and wasn't
   * @param trouble why it stopped, or the first log that is damaged; empty where nothing is left,
   *     or more than one call copies
   */
  public record Copied(int stored, Optional<String> trouble) {}

  /**
   * Copies what has ended and isn't in the bucket, the oldest first. A log that is damaged holds up
   * no other; where the bucket can't take one, it stops.
   */
  public Copied store() throws InterruptedException {
    int stored = 0;
    Optional<String> damage = Optional.empty();
    for (String execution : ends.folder().executions()) {
      if (stored == MOST_AT_ONCE) {
        break;
      }
      try {
        stored += store(execution) ? 1 : 0;
      } catch (DamagedJournalException e) {
        damage = damage.or(() -> Optional.of(String.valueOf(e.getMessage())));
      } catch (IOException e) {
        return new Copied(stored, Optional.of(execution + ": " + e.getMessage()));
      }
    }
    return new Copied(stored, damage);
  }

  private boolean store(String execution) throws IOException, InterruptedException {
    long length = ends.folder().length(execution);
    var known = LocalArchiveMarker.of(ends.folder(), execution);
    if (known.map(LocalArchiveMarker::length).filter(l -> l == length).isPresent()) {
      return false;
    }
    List<byte[]> records = ends.folder().all(execution);
    var _ = RecordFile.check(execution, records);
    if (records.isEmpty() || !RecordLines.isEnd(records.getLast())) {
      return false;
    }
    ends.require(execution, records);
    var before = known.map(LocalArchiveMarker::head).filter(h -> h.head().begins(records));
    if (known.isPresent() && before.isEmpty() && ends.folder().superseded(execution).isEmpty()) {
      throw new DamagedJournalException(
          execution, "it differs from the log that was copied into the bucket before");
    }
    var segments = new ArrayList<>(before.map(SegmentManifest::segments).orElse(List.of()));
    for (int from = segments.isEmpty() ? 0 : (int) segments.getLast().to();
        from < records.size(); ) {
      int to = end(records, from);
      segments.add(store(execution, from, records.subList(from, to)));
      from = to;
    }
    var head = new SegmentManifest(SignedLogHead.sign(execution, records, ends.signer()), segments);
    create(head.name(), head.bytes());
    ends.folder()
        .keep(LocalArchiveMarker.name(execution), new LocalArchiveMarker(length, head).bytes());
    return true;
  }

  /** Where the segment ends that begins there. */
  private int end(List<byte[]> records, int from) {
    long bytes = 0;
    int to = from;
    while (to < records.size() && (to == from || bytes + records.get(to).length < mostBytes)) {
      bytes += records.get(to).length + 1;
      to++;
    }
    return to;
  }

  private Segment store(String execution, int after, List<byte[]> records)
      throws IOException, InterruptedException {
    byte[] lines = RecordLines.join(records);
    var segment = Segment.of(execution, after + 1L, after + records.size(), lines);
    create(segment.name(), lines);
    return segment;
  }

  /** Returns when the bucket gives these bytes under that name. */
  private void create(String name, byte[] bytes) throws IOException, InterruptedException {
    if (objects.create(name, bytes) instanceof Put.Failed(var fault)) {
      throw new IOException(objects.locate(name) + " can't be created: " + fault.reason());
    }
    if (!Arrays.equals(read(name), bytes)) {
      throw new IOException(objects.locate(name) + " holds something else: nothing is overwritten");
    }
  }

  private byte[] read(String name) throws IOException, InterruptedException {
    return LogCopyVerifier.read(objects, name);
  }
}
