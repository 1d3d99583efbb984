package dev.deployclaw.audit.reconstruction;

import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.SegmentManifest;
import dev.deployclaw.audit.signing.SegmentManifest.Segment;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.spi.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what back ends hold of a log, for a process that has no file of it. Nothing is said of what
 * comes: it may be incomplete, superseded, or somebody's invention. The log is in memory.
 */
public final class RemoteRecordReader {
  private RemoteRecordReader() {}

  /**
   * All that stands under the log's subjects.
   *
   * @throws IOException when the stream can't be read, or isn't there
   */
  public static List<byte[]> inStream(NatsSettings settings, String execution)
      throws IOException, InterruptedException {
    try (var stream = AuditStream.look(settings)) {
      return List.copyOf(stream.records(execution).values());
    }
  }

  /**
   * The lines of the segments that were copied when the log ended so; none where it wasn't copied.
   *
   * @throws IOException when the bucket can't be read
   */
  public static List<byte[]> inBucket(ObjectStore objects, String execution, LogHead end)
      throws IOException, InterruptedException {
    var out = new ArrayList<byte[]>();
    try {
      for (Segment segment : segments(objects, SegmentManifest.name(execution, end))) {
        if (out.size() >= end.seq()) {
          break; // a head may name more than its log had
        }
        out.addAll(RecordLines.split(LogCopyVerifier.read(objects, segment.name())));
      }
    } catch (LogCopyVerifier.Gone e) {
      // what is gone is no copy; what came before it is one
    }
    return out;
  }

  private static List<Segment> segments(ObjectStore objects, String name)
      throws IOException, InterruptedException {
    return StrictJson.findObject(LogCopyVerifier.read(objects, name))
        .flatMap(SegmentManifest::read)
        .map(SegmentManifest::segments)
        .orElse(List.of());
  }
}
