package dev.deployclaw.audit.record;

import dev.deployclaw.audit.verify.json.StrictJson;
import io.nats.client.impl.Headers;

/**
 * A record as a message: its bytes, unchanged, on a subject of its own, with the attributes of
 * CloudEvents 1.0 as headers (NATS protocol binding, binary mode).
 */
public record StreamRecord(String execution, long seq, String hash, String time, byte[] bytes) {
  public static final String SUBJECTS = "deployclaw.audit.>";

  /** Of each execution the subject of its first record. */
  public static final String FIRST_ONES = "deployclaw.audit.*.1";

  private static final String BEGIN = "deployclaw.audit.";

  /** Reads what the headers need from a line, which must be that record. */
  public static StreamRecord of(String execution, long seq, byte[] line) {
    try {
      var fields = StrictJson.parseObject(line);
      if (fields.get("seq") instanceof Long found
          && found == seq
          && fields.get("hash") instanceof String hash
          && fields.get("time") instanceof String time) {
        return new StreamRecord(execution, seq, hash, time, line);
      }
      throw new DamagedJournalException(execution, seq, "another record is in its place");
    } catch (StrictJson.Malformed e) {
      throw new DamagedJournalException(execution, seq, "isn't JSON: " + e.getMessage());
    }
  }

  public static String subjectsOf(String execution) {
    return "deployclaw.audit." + execution + ".*";
  }

  public static String besideSubjectsOf(String execution) {
    return "deployclaw.audit." + execution + ".*.*";
  }

  /** What a subject says behind the execution's id. */
  public static String placeOf(String execution, String subject) {
    return subject.substring(BEGIN.length() + execution.length() + 1);
  }

  public static String executionOf(String subject) {
    return subject.substring(BEGIN.length(), subject.lastIndexOf('.'));
  }

  /** The number that a place begins with; 0 where that is no number. */
  public static long seqOf(String place) {
    String first = place.split("\\.", 2)[0];
    return first.matches("[1-9]\\d{0,17}") ? Long.parseLong(first) : 0;
  }

  public String besidePlace() {
    return seq + "." + hash;
  }

  public String subject() {
    return "deployclaw.audit." + execution + "." + seq;
  }

  /** For where a record that was superseded has the subject: no other record has this one. */
  public String besideSubject() {
    return "deployclaw.audit." + execution + "." + besidePlace();
  }

  public String traceparent() {
    return TraceParent.header(execution, hash);
  }

  public Headers headers() {
    return new Headers()
        .put("ce-specversion", "1.0")
        .put("ce-id", hash)
        .put("ce-type", "dev.deployclaw.audit.record")
        .put("ce-source", "/deployclaw/executions/" + execution)
        .put("ce-time", time)
        .put("ce-subject", Long.toString(seq))
        .put("ce-traceparent", traceparent())
        .put("traceparent", traceparent())
        .put("content-type", "application/json");
  }
}
