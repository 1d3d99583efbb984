package dev.deployclaw.container.notification;

import dev.deployclaw.container.monitor.AlertNotification;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with a line for each delivery and each failed try: who was told what, when, and what came
 * of it. Synced; at a bound it is moved aside once, over the one before. Any thread.
 */
record DeliveryLog(Path file) {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLog.class);
  private static final long MOST_BYTES = 8L * 1024 * 1024;

  /** What became of a try. */
  enum Outcome {
    DELIVERED,
    /** It is tried again. */
    RETRIED,
    /** The receiver refused it for good. */
    REFUSED,
    /** It was tried too long, or too many waited. */
    GIVEN_UP;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  record Line(Instant time, String sink, AlertNotification notice, Outcome outcome, String detail) {
    byte[] bytes() {
      var out =
          Map.of(
              "time", time.toString(),
              "sink", sink,
              "id", notice.id(),
              "fingerprint", notice.fingerprint(),
              "event", notice.condition().kind().word(),
              "subject", notice.condition().subject(),
              "status", notice.firing() ? "firing" : "resolved",
              "outcome", outcome.word(),
              "detail", detail);
      return (CanonicalJson.text(out) + "\n").getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Returns when it is on disk; a disk that refuses is logged, and nothing else stops. */
  synchronized void write(Line line) {
    try {
      if (Files.exists(file) && Files.size(file) > MOST_BYTES) {
        Files.move(file, Path.of(file + ".1"), StandardCopyOption.REPLACE_EXISTING);
      }
      try (var channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.APPEND)) {
        var buffer = ByteBuffer.wrap(line.bytes());
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("A delivery isn't recorded");
    }
  }
}
