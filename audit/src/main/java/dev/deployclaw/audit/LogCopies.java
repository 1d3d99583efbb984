package dev.deployclaw.audit;

import dev.deployclaw.audit.SegmentHead.Segment;
import dev.deployclaw.audit.verify.Trust;
import dev.deployclaw.audit.verify.Verifier;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObjectStore.Get;
import dev.deployclaw.policy.json.Canonical;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds what the bucket has of each log against its signed head, the trusted keys and the chain of
 * its records. The journal's records are not looked at, so the copy stands by itself. One thread at
 * a time; a log is in memory while it is checked.
 */
public final class LogCopies {
  private final JournalFolder folder;
  private final ObjectStore objects;
  private final Trust trust;

  private LogCopies(JournalFolder folder, ObjectStore objects, Trust trust) {
    this.folder = folder;
    this.objects = objects;
    this.trust = trust;
  }

  /** Of the logs below a state folder, signed by its key or one that it had before. */
  public static LogCopies of(Path stateDir, ObjectStore objects, HeadSigner signer) {
    return new LogCopies(JournalFolder.in(stateDir), objects, signer.trust());
  }

  /** How the copy of a log stands. */
  public sealed interface Copy {
    /** All of it is there, as it was stored and signed. */
    record Whole(long records, int segments) implements Copy {}

    /** There is none: the log hasn't ended, or no serving agent came by since. */
    record Waits() implements Copy {}

    /** What is wrong with it. */
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
    var known = StoredMark.of(folder, execution);
    if (known.isEmpty()) {
      return new Copy.Waits();
    }
    try {
      return check(known.get().head());
    } catch (Gone e) {
      return new Copy.Wrong(List.of(String.valueOf(e.getMessage())));
    }
  }

  private Copy check(SegmentHead head) throws IOException, InterruptedException {
    if (!Arrays.equals(read(objects, head.name()), head.bytes())) {
      return new Copy.Wrong(List.of(head.name() + " isn't what was stored"));
    }
    var wrong = new ArrayList<>(head.wrong(trust));
    var records = new ArrayList<byte[]>();
    for (Segment segment : head.segments()) {
      byte[] bytes = read(objects, segment.name());
      if (!Canonical.sha256(bytes).equals(segment.sha256())) {
        wrong.add(segment.name() + " isn't what was stored");
      }
      records.addAll(RecordLines.split(bytes));
    }
    if (wrong.isEmpty()) {
      Verifier.records(head.execution(), records)
          .forEach(f -> wrong.add(f.word() + ": " + f.what()));
      wrong.addAll(head.wrong(records));
    }
    return wrong.isEmpty()
        ? new Copy.Whole(head.records(), head.segments().size())
        : new Copy.Wrong(wrong);
  }

  /** An object that was read back once isn't there any more. */
  static final class Gone extends IOException {
    private static final long serialVersionUID = 1L;

    private Gone(String what) {
      super(what);
    }
  }

  /**
   * @throws Gone when there is none
   */
  static byte[] read(ObjectStore objects, String name) throws IOException, InterruptedException {
    return switch (objects.read(name)) {
      case Get.Found(byte[] bytes) -> bytes;
      case Get.Absent() -> throw new Gone(objects.locate(name) + " is gone");
      case Get.Failed(var fault) ->
          throw new IOException(objects.locate(name) + " can't be read: " + fault.reason());
    };
  }
}
