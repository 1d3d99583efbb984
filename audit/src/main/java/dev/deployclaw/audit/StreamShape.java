package dev.deployclaw.audit;

import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.util.List;

/** The settings by which the stream keeps each record once, and gives none up. */
final class StreamShape {
  private StreamShape() {}

  static StreamConfiguration configuration() {
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

  /** A stream that may give records up or replace them isn't used. */
  static void require(StreamInfo info) throws IOException {
    StreamConfiguration found = info.getConfiguration();
    boolean asItMustBe =
        found.getSubjects().equals(List.of(StreamRecord.SUBJECTS))
            && found.getStorageType() == StorageType.File
            && found.getRetentionPolicy() == RetentionPolicy.Limits
            && found.getDiscardPolicy() == DiscardPolicy.New
            && found.isDiscardNewPerSubject()
            && found.getMaxMsgsPerSubject() == 1
            && found.getMaxAge().isZero()
            && found.getDenyDelete()
            && found.getDenyPurge();
    if (!asItMustBe) {
      throw new IOException(
          "the stream " + AuditStream.NAME + " has other settings than it must have");
    }
  }
}
