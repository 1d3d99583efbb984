package dev.deployclaw.audit.journal;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.folder.StreamReconciliationLock;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.shipping.ShippingCursor;
import dev.deployclaw.audit.shipping.StreamStateFiles;
import dev.deployclaw.audit.signing.LocalArchiveMarker;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogCopyVerifier.Contents;
import dev.deployclaw.core.log.BucketCopy;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.LogOutline;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bucket as a copy of a folder of logs, by the marks beside them: a mark whose log is gone says
 * where that is now. Any thread.
 *
 * @param stream empty where none is configured
 * @param drop removes a log's file if these records are all that it holds
 */
public record JournalBucketCopy(
    JournalFolder folder,
    LogCopyVerifier copies,
    Optional<StreamStateFiles> stream,
    BiPredicate<String, List<byte[]>> drop)
    implements BucketCopy {
  private static final Logger LOG = LoggerFactory.getLogger(JournalBucketCopy.class);

  @Override
  public List<String> copied() {
    return folder.executions().stream().filter(id -> mark(id).isPresent()).toList();
  }

  @Override
  public Optional<Proven> prove(String execution) throws InterruptedException {
    var mark = mark(execution);
    if (mark.isEmpty() || !shipped(execution)) {
      return Optional.empty();
    }
    var contents = contents(() -> copies.contents(mark.get().head()));
    if (!contents.wrong().isEmpty()) {
      LOG.atError()
          .addKeyValue("execution", execution)
          .log("Its copy in the bucket is damaged: " + String.join("; ", contents.wrong()));
      return Optional.empty();
    }
    return RecordLines.same(folder.all(execution), contents.records())
        ? Optional.of(new Proven(mark.get().head().name(), contents.records()))
        : Optional.empty();
  }

  /** The mark of a copy that is as long as the file. */
  private Optional<LocalArchiveMarker> mark(String execution) {
    long length = folder.length(execution);
    return LocalArchiveMarker.of(folder, execution).filter(m -> length > 0 && m.length() == length);
  }

  /** Whether the stream has all of it, and nothing else in its place. */
  private boolean shipped(String execution) {
    return stream.isEmpty()
        || (stream.get().forks().stream().noneMatch(f -> f.execution().equals(execution))
            && ShippingCursor.load(folder.cursor(execution)).offset() == folder.length(execution));
  }

  @Override
  public long recordsLeft(String execution) {
    return folder.length(execution) > 0
        ? 0
        : LocalArchiveMarker.of(folder, execution)
            .filter(mark -> copies.trusts(mark.head()))
            .map(mark -> mark.end().seq())
            .orElse(0L);
  }

  /** All records of a log that lies in the bucket alone; empty where this folder knows of none. */
  Optional<List<byte[]>> left(String execution) throws InterruptedException {
    var mark = LocalArchiveMarker.of(folder, execution);
    if (mark.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(whole(execution, () -> copies.contents(mark.get().head())));
  }

  /** The ends of a long one, from its first and its last segment; empty for another log. */
  Optional<LogOutline> outline(String execution) throws InterruptedException {
    var mark = leftMark(execution, OutlineReader.LONG);
    if (mark.isEmpty()) {
      return Optional.empty();
    }
    var head = mark.get().head();
    var first = whole(execution, () -> copies.contents(head, head.segments().getFirst()));
    var last =
        head.segments().size() == 1
            ? first
            : whole(execution, () -> copies.contents(head, head.segments().getLast()));
    return Optional.of(OutlineReader.outline(execution, first, last));
  }

  @Override
  public Optional<Part> part(String execution, long after) throws InterruptedException {
    var mark = leftMark(execution, 0);
    if (mark.isEmpty()) {
      return Optional.empty();
    }
    var head = mark.get().head();
    var found = head.segments().stream().filter(one -> one.to() > after).findFirst();
    if (found.isEmpty()) {
      return Optional.of(new Part(after, List.of(), false));
    }
    var segment = found.get();
    var records = whole(execution, () -> copies.contents(head, segment));
    boolean more = segment.to() < head.segments().getLast().to();
    return Optional.of(new Part(segment.from() - 1, records, more));
  }

  /** The mark of a log that lies in the bucket alone. */
  private Optional<LocalArchiveMarker> leftMark(String execution, long least) {
    return folder.length(execution) > 0
        ? Optional.empty()
        : LocalArchiveMarker.of(folder, execution)
            .filter(mark -> mark.length() >= least && !mark.head().segments().isEmpty());
  }

  private static List<byte[]> whole(String execution, Asking asking) throws InterruptedException {
    var contents = contents(asking);
    if (!contents.wrong().isEmpty()) {
      throw new DamagedJournalException(execution, "its copy in the bucket: " + words(contents));
    }
    return contents.records();
  }

  @Override
  public List<byte[]> read(String head, String execution, LogHead end) throws InterruptedException {
    var contents = contents(() -> copies.contents(head, execution, end));
    if (!contents.wrong().isEmpty()) {
      throw new BucketUnavailableException(
          "the copy of " + execution + " in the bucket: " + words(contents));
    }
    return contents.records();
  }

  @Override
  public boolean letGo(String execution, Proven proven) {
    try (var alone = StreamReconciliationLock.take(folder)) {
      boolean repairs = stream.map(s -> !s.open().isEmpty()).orElse(false);
      return alone.held() && !repairs && drop.test(execution, proven.records());
    } catch (IOException e) {
      throw new UncheckedIOException("can't lock " + folder.repairing(), e);
    }
  }

  private static String words(Contents contents) {
    return String.join("; ", contents.wrong());
  }

  private interface Asking {
    Contents ask() throws IOException, InterruptedException;
  }

  private static Contents contents(Asking asking) throws InterruptedException {
    try {
      return asking.ask();
    } catch (IOException e) {
      throw new BucketUnavailableException(String.valueOf(e.getMessage()));
    }
  }
}
