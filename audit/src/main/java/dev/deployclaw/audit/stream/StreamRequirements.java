package dev.deployclaw.audit.stream;

import dev.deployclaw.audit.record.StreamRecord;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.PersistMode;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings by which the stream keeps each record once, gives none up, and takes each. One that
 * bounds the size of a message is used: what it can't take is told of, record by record.
 */
public final class StreamRequirements {
  private StreamRequirements() {}

  public static StreamConfiguration configuration() {
    return StreamConfiguration.builder()
        .name(AuditStream.NAME)
        .subjects(StreamRecord.SUBJECTS)
        .storageType(StorageType.File)
        .retentionPolicy(RetentionPolicy.Limits)
        .discardPolicy(DiscardPolicy.New)
        .discardNewPerSubject(true)
        .maxMessagesPerSubject(1)
        .denyDelete(true)
        .denyPurge(true)
        .build();
  }

  /**
   * A stream that may give records up, replace them, or refuse them isn't used.
   *
   * @throws IOException which names each setting that is wrong, and says what to do
   */
  static void require(StreamInfo info) throws IOException {
    var wrong = wrong(info.getConfiguration());
    if (!wrong.isEmpty()) {
      throw new IOException(sentence(wrong));
    }
  }

  static String sentence(List<String> wrong) {
    return ("the stream %s has wrong settings: %s; correct them, or back up the stream and "
            + "delete it: the agent then creates a new one with all logs")
        .formatted(AuditStream.NAME, String.join(", ", wrong));
  }

  /** What of the settings isn't as it must be, each by the name that the server has for it. */
  static List<String> wrong(StreamConfiguration found) {
    var out = new ArrayList<>(givesUp(found));
    out.addAll(refuses(found));
    return out;
  }

  /** Settings by which records are lost, replaced, or others come in. */
  private static List<String> givesUp(StreamConfiguration found) {
    var out = new Wrong();
    out.unless(
        found.getSubjects().equals(List.of(StreamRecord.SUBJECTS)),
        "subjects must be " + StreamRecord.SUBJECTS + " alone");
    out.unless(found.getStorageType() == StorageType.File, "storage must be file");
    out.unless(found.getRetentionPolicy() == RetentionPolicy.Limits, "retention must be limits");
    out.unless(found.getDiscardPolicy() == DiscardPolicy.New, "discard must be new");
    out.unless(found.isDiscardNewPerSubject(), "discard_new_per_subject must be true");
    out.unless(found.getMaxMsgsPerSubject() == 1, "max_msgs_per_subject must be 1");
    out.unless(found.getMaxAge().isZero(), "max_age must not be set");
    out.unless(found.getDenyDelete(), "deny_delete must be true");
    out.unless(found.getDenyPurge(), "deny_purge must be true");
    out.unless(found.getMirror() == null, "mirror must not be set");
    out.unless(found.getSources() == null || found.getSources().isEmpty(), "sources must be empty");
    out.unless(found.getPersistMode() != PersistMode.Async, "persist_mode must not be async");
    return out.said;
  }

  /** Settings by which records are refused, taken without a word, or put elsewhere. */
  private static List<String> refuses(StreamConfiguration found) {
    var out = new Wrong();
    out.unless(found.getMaxMsgs() <= 0, "max_msgs must not be set");
    out.unless(found.getMaxBytes() <= 0, "max_bytes must not be set");
    out.unless(!found.getNoAck(), "no_ack must be false");
    out.unless(found.getSubjectTransform() == null, "subject_transform must not be set");
    out.unless(!found.getSealed(), "sealed must be false");
    return out.said;
  }

  /** What is wrong, as it is found. */
  private static final class Wrong {
    private final List<String> said = new ArrayList<>();

    void unless(boolean right, String what) {
      if (!right) {
        said.add(what);
      }
    }
  }
}
