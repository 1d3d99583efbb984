package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.text.Utf8Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * The names of all keys. Every key of a tenant carries its root group as hash tag, so one call
 * finds them in one slot. Names are DNS labels; anything else is escaped, so that two different
 * (tenant, limit, key) never share a counter.
 */
public final class RedisKeyLayout {
  public static final int SLOTS = 16384;

  /** The pattern that finds all of ours. */
  public static final String ALL = "dc:*";

  /** What stands for the tenant itself where a limit's name may stand. */
  static final String TENANT = "#";

  private static final String TAG = "dc:{";
  private static final String TAGGED = "}:";
  private static final int LONGEST_PART = 96;
  private static final char LAST_ASCII = 0x7f;
  private static final int[] CRC_OF_BYTE = crcOfBytes();

  private RedisKeyLayout() {}

  /** The hash that holds a tenant's staged rules. */
  public static String policyKey(String root, String tenant) {
    return tagged(root) + "policy:" + tenant;
  }

  /** Adds {@link #policyKey(String, String)} to what is there. */
  static void policyKey(String root, String tenant, Utf8Buffer out) {
    out.add(TAG).add(root).add(TAGGED).add("policy:").add(tenant);
  }

  /** What the names of an epoch's fields within a policy hash start with, and no others. */
  public static String fieldPrefix(long epoch) {
    return epoch + ":";
  }

  /**
   * A counter.
   *
   * @param key the parts that make separate counters, see {@link #part}
   */
  public static String counterKey(String root, String tenant, String limit, List<String> key) {
    return tagged(root) + "c:" + counter(tenant, limit, key);
  }

  /** A counter that only the synthetic requests of one execution are charged to. */
  public static String probeKey(String root, String execution, String counter) {
    return tagged(root) + "probe:" + escaped(execution) + ":" + counter;
  }

  /** A counter's name within its root group. */
  public static String counter(String tenant, String limit, List<String> key) {
    return tenant + ":" + limit + ":" + String.join(":", key);
  }

  /** One part of a counter's key: its kind, so that a header's value is never an address's. */
  public static String part(String kind, String value) {
    return escaped(kind) + "=" + bounded(value);
  }

  /** The fence of a primary: the first {@code dc:fence:{n}} whose slot it owns. */
  public static String fenceKey(IntPredicate ownsSlot) {
    for (int n = 0; n < MOST_FENCES; n++) {
      String key = "dc:fence:{" + n + "}";
      if (ownsSlot.test(slot(key))) {
        return key;
      }
    }
    throw new IllegalArgumentException("owns no slot");
  }

  /** Enough that the numbers below it fall into all slots (checked by a test). */
  static final int MOST_FENCES = 200_000;

  /** The cluster slot of a key: CRC16 (XMODEM) of its hash tag, or of all of it. */
  public static int slot(String key) {
    int open = key.indexOf('{');
    int close = open < 0 ? -1 : key.indexOf('}', open + 1);
    return close > open + 1 ? slot(key, open + 1, close) : slot(key, 0, key.length());
  }

  /** The slot of all keys that carry a root group as their hash tag. */
  static int slotOfRoot(String root) {
    return slot(root, 0, root.length());
  }

  /** Letter by letter: nothing is made of a key in ASCII. */
  private static int slot(String key, int from, int to) {
    int crc = 0;
    for (int i = from; i < to; i++) {
      char c = key.charAt(i);
      if (c > LAST_ASCII) {
        return slot(key.substring(from, to).getBytes(StandardCharsets.UTF_8));
      }
      crc = next(crc, (byte) c);
    }
    return crc & (SLOTS - 1);
  }

  private static int slot(byte[] hashed) {
    int crc = 0;
    for (byte b : hashed) {
      crc = next(crc, b);
    }
    return crc & (SLOTS - 1);
  }

  private static int next(int crc, byte b) {
    return (crc << 8) ^ CRC_OF_BYTE[((crc >>> 8) ^ b) & 0xff];
  }

  private static int[] crcOfBytes() {
    var table = new int[256];
    for (int b = 0; b < table.length; b++) {
      int crc = b << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
      }
      table[b] = crc & 0xffff;
    }
    return table;
  }

  private static String tagged(String root) {
    return TAG + root + TAGGED;
  }

  /** A long value is replaced by its hash, marked by a character that escaping never leaves. */
  private static String bounded(String value) {
    String escaped = escaped(value);
    return escaped.length() <= LONGEST_PART ? escaped : "~" + CanonicalJson.sha256(value);
  }

  /** Most values are plain, and stay what they are. */
  private static String escaped(String value) {
    int plain = 0;
    while (plain < value.length() && isPlain(value.charAt(plain))) {
      plain++;
    }
    return plain == value.length()
        ? value
        : value.substring(0, plain)
            + value
                .substring(plain)
                .chars()
                .mapToObj(c -> isPlain(c) ? String.valueOf((char) c) : "%%%04x".formatted(c))
                .collect(Collectors.joining());
  }

  private static boolean isPlain(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_';
  }
}
