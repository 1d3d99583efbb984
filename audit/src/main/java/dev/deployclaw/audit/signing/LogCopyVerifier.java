package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signing.SegmentManifest.Segment;
import dev.deployclaw.audit.verify.LogVerifier;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObjectStore.Get;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads what the bucket has of each log, and holds it against its signed head, the trusted keys and
 * the chain of its records. The journal's records are not looked at, so the copy stands by itself.
 * Any thread; a log is in memory while it is checked.
 */
public record LogCopyVerifier(JournalFolder folder, ObjectStore objects, HeadSigner signer) {
  /** Of the logs below a state folder, signed by its key or one that it had before. */
  public static LogCopyVerifier of(Path stateDir, ObjectStore objects, HeadSigner signer) {
    return new LogCopyVerifier(JournalFolder.in(stateDir), objects, signer);
  }

  /** Whether a head fits itself, and a trusted key signed it. */
  public boolean trusts(SegmentManifest head) {
    return head.wrong(signer.trust()).isEmpty();
  }

  public sealed interface Copy {
    /** All of it is there, as it was stored and signed. */
    record Whole(long records, int segments) implements Copy {}

    /** There is none: the log hasn't ended, or no serving agent came by since. */
    record Waits() implements Copy {}

    record Wrong(List<String> findings) implements Copy {
      public Wrong {
        findings = List.copyOf(findings);
      }
    }
  }

  /**
   * Checks one.
   *
   * @throws IOException when the bucket can't be asked
   */
  public Copy check(String execution) throws IOException, InterruptedException {
    var known = LocalArchiveMarker.of(folder, execution);
    if (known.isEmpty()) {
      return new Copy.Waits();
    }
    var head = known.get().head();
    var contents = contents(head);
    return contents.wrong().isEmpty()
        ? new Copy.Whole(head.head().records(), head.segments().size())
        : new Copy.Wrong(contents.wrong());
  }

  /**
   * What the objects below a head hold.
   *
   * @param wrong what isn't as it was stored and signed; then the records are worth nothing
   */
  public record Contents(List<byte[]> records, List<String> wrong) {
    public Contents {
      records = List.copyOf(records);
      wrong = List.copyOf(wrong);
    }
  }

  /** All that a head names that this machine signed, and the head itself, as they are there now. */
  public Contents contents(SegmentManifest head) throws IOException, InterruptedException {
    try {
      if (!Arrays.equals(read(objects, head.name()), head.bytes())) {
        return new Contents(List.of(), List.of(head.name() + " differs from the stored object"));
      }
      var wrong = new ArrayList<>(head.wrong(signer.trust()));
      var records = records(head, wrong);
      if (wrong.isEmpty()) {
        wrong.addAll(head.wrong(records));
      }
      return new Contents(records, wrong);
    } catch (Gone e) {
      return new Contents(List.of(), List.of(String.valueOf(e.getMessage())));
    }
  }

  /**
   * The same below a head that any machine signed: what proves it is that its chain ends where the
   * state store says.
   */
  public Contents contents(String name, String execution, LogHead end)
      throws IOException, InterruptedException {
    try {
      var read = head(name);
      if (read.isEmpty() || !read.get().head().execution().equals(execution)) {
        return new Contents(List.of(), List.of(name + " isn't a head of " + execution));
      }
      var wrong = new ArrayList<String>();
      var records = records(read.get(), wrong);
      if (!read.get().head().hash().equals(end.hash()) || !read.get().wrong(records).isEmpty()) {
        wrong.add(name + " ends differently from its head in etcd");
      }
      return new Contents(records, wrong);
    } catch (Gone e) {
      return new Contents(List.of(), List.of(String.valueOf(e.getMessage())));
    }
  }

  private Optional<SegmentManifest> head(String name) throws IOException, InterruptedException {
    return StrictJson.findObject(read(objects, name)).flatMap(SegmentManifest::read);
  }

  /** Those of all segments, in order, as a chain that ends with the head. */
  private List<byte[]> records(SegmentManifest head, List<String> wrong)
      throws IOException, InterruptedException {
    var records = new ArrayList<byte[]>();
    for (Segment segment : head.segments()) {
      records.addAll(lines(segment, wrong));
    }
    if (wrong.isEmpty()) {
      LogVerifier.records(head.head().execution(), records)
          .forEach(f -> wrong.add(f.word() + ": " + f.what()));
    }
    return records;
  }

  private List<byte[]> lines(Segment segment, List<String> wrong)
      throws IOException, InterruptedException {
    byte[] bytes = read(objects, segment.name());
    if (!CanonicalJson.sha256(bytes).equals(segment.sha256())) {
      wrong.add(segment.name() + " differs from the stored object");
    }
    return RecordLines.split(bytes);
  }

  /** The records of one segment below a head that this machine signed, and no other object. */
  public Contents contents(SegmentManifest head, Segment segment)
      throws IOException, InterruptedException {
    try {
      var wrong = new ArrayList<>(head.wrong(signer.trust()));
      var records = lines(segment, wrong);
      boolean last = segment.to() == head.head().records();
      if (wrong.isEmpty() && last && !head.head().ends(records)) {
        wrong.add("the records don't end with the signed head");
      }
      return new Contents(records, wrong);
    } catch (Gone e) {
      return new Contents(List.of(), List.of(String.valueOf(e.getMessage())));
    }
  }

  /** An object that was read back once isn't there any more. */
  public static final class Gone extends IOException {
    private Gone(String what) {
      super(what);
    }
  }

  /**
   * @throws Gone when there is none
   */
  public static byte[] read(ObjectStore objects, String name)
      throws IOException, InterruptedException {
    return switch (objects.read(name)) {
      case Get.Found(byte[] bytes) -> bytes;
      case Get.Absent() -> throw new Gone(objects.locate(name) + " is gone");
      case Get.Failed(var fault) ->
          throw new IOException(objects.locate(name) + " can't be read: " + fault.reason());
    };
  }
}
