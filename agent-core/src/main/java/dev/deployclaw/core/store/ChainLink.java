package dev.deployclaw.core.store;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import java.util.Map;
import java.util.Optional;

/**
 * One end of an execution's log, as a link of the chain that all executions make: its hash covers
 * the link before, so that no execution can vanish without the rest changing. A log that ended as
 * held and goes on has a link for each of its ends.
 *
 * @param number from 1, without a gap
 * @param execution whose log ended
 * @param records how many records it had then
 * @param head the hash of the last of them, which covers all
 * @param prev the hash of the link before; empty for the first
 * @param hash SHA-256 over the canonical form of the rest
 */
public record ChainLink(
    @JsonProperty("link") long number,
    @JsonProperty("execution_id") String execution,
    long records,
    String head,
    String prev,
    String hash) {
  private static final long SCHEMA_VERSION = 1;

  /**
   * So many objects may have a number in the bucket: another link may stand there already, since
   * the state store was restored from a backup, or somebody wrote there. All of them stay.
   */
  public static final int MOST_VARIANTS = 8;

  /** What the first link follows. */
  public static final ChainLink START = new ChainLink(0, "", 0, "", "", "");

  /** The link that comes after this one. */
  public ChainLink next(String ended, long count, String last) {
    return new ChainLink(number + 1, ended, count, last, hash, "").hashed();
  }

  private ChainLink hashed() {
    return new ChainLink(
        number, execution, records, head, prev, CanonicalJson.sha256(CanonicalJson.bytes(rest())));
  }

  /** Whether it is the link of this end, wherever in the chain. */
  public boolean marks(String ended, long count, String last) {
    return execution.equals(ended) && records == count && head.equals(last);
  }

  /**
   * The object in the bucket that holds a link.
   *
   * @param variant 0, but where other links have its number
   */
  public static String object(long number, int variant) {
    return "audit-chain/%012d%s.json".formatted(number, variant == 0 ? "" : "." + variant);
  }

  /** In canonical form. */
  public byte[] bytes() {
    var out = rest();
    out.put("hash", hash);
    return CanonicalJson.bytes(out);
  }

  /** Empty where the bytes aren't what {@link #bytes()} writes. */
  public static Optional<ChainLink> read(byte[] bytes) {
    try {
      var json = StoredFields.parse(bytes);
      return Optional.of(
          new ChainLink(
              json.number("link"),
              json.text("execution_id"),
              json.number("records"),
              json.text("head"),
              json.text("prev"),
              json.text("hash")));
    } catch (UnreadableRecordException e) {
      return Optional.empty();
    }
  }

  /** All but the hash. */
  private Map<String, Object> rest() {
    var out = RecordJson.map(this);
    out.put("schema_version", SCHEMA_VERSION);
    out.remove("hash");
    return out;
  }
}
