package dev.deployclaw.core.fake;

import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.TreeMap;

/** Chains records by their hashes, in the shape of the real ones. */
public final class FakeRecordSealer implements RecordSealer {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  @Override
  public SealedRecord seal(LogHead head, LogEntry thought) {
    var out = new TreeMap<String, Object>();
    out.put("schema_version", 2L);
    out.put("actor", thought.actor());
    out.put("execution_id", thought.execution());
    out.put("seq", head.seq() + 1);
    out.put("prev", head.hash());
    out.put("time", TIME.format(thought.time()));
    out.put("step", thought.step());
    out.put("phase", thought.phase().word());
    out.put("action", thought.action());
    out.put("detail", thought.detail());
    out.put("status", thought.status().name().toUpperCase(Locale.ROOT));
    thought.planHash().ifPresent(hash -> out.put("plan_hash", hash));
    thought.epoch().ifPresent(epoch -> out.put("epoch", epoch));
    thought.durationMicros().ifPresent(micros -> out.put("duration_us", micros));
    out.put("facts", thought.facts());
    out.putAll(thought.basis().fields());
    String hash = CanonicalJson.sha256(CanonicalJson.bytes(out));
    out.put("hash", hash);
    return new SealedRecord(CanonicalJson.bytes(out), new LogHead(head.seq() + 1, hash));
  }
}
