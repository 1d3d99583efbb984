package dev.deployclaw.policy.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The Redis function library. The active epoch is a constant in its source, so loading it is the
 * switch, and a decision reads epoch, rules and counters in one call. Needs Redis 7 or newer.
 */
public final class FunctionLibrary {
  public static final String NAME = "deployclaw";

  /** Writes: decides one {@link DecideCall}. */
  public static final String DECIDE = "dc_decide";

  /** Reads only, so replicas answer it too: {@code [epoch, digest, term, predecessor]}. */
  public static final String STATUS = "dc_status";

  private static final String BODY = resource("counters.lua") + "\n" + resource("decide.lua");
  private static final Pattern CONSTANTS =
      Pattern.compile(
          "^local TERM, EPOCH, PREDECESSOR, DIGEST = (\\d+), (\\d+), (\\d+), '([0-9a-f]*)'$",
          Pattern.MULTILINE);

  private FunctionLibrary() {}

  /**
   * What a loaded library says of itself.
   *
   * @param term the fencing token under which it was loaded
   */
  public record Constants(long term, long epoch, String digest, long predecessor) {}

  /** The library's source, byte for byte the same for the same constants. */
  public static String source(long term, long epoch, String digest, long predecessor) {
    return "#!lua name="
        + NAME
        + "\n"
        + constants(term, epoch, digest, predecessor)
        + BODY
        + "\nredis.register_function('"
        + DECIDE
        + "', decide)\n"
        + "redis.register_function{function_name='"
        + STATUS
        + "', callback=status, flags={'no-writes'}}\n";
  }

  /**
   * The decision as a plain script for {@code EVAL}: for a shard that lost the library, until it is
   * loaded again. Same keys, arguments and answer as {@link #DECIDE}.
   */
  public static String script(Constants active) {
    return constants(active.term(), active.epoch(), active.digest(), active.predecessor())
        + BODY
        + "\nreturn decide(KEYS, ARGV)\n";
  }

  /** The constants in a library's source, empty where it isn't one of ours. */
  public static Optional<Constants> read(String source) {
    var found = CONSTANTS.matcher(source);
    return found.find()
        ? Optional.of(
            new Constants(
                Long.parseLong(found.group(1)),
                Long.parseLong(found.group(2)),
                found.group(4),
                Long.parseLong(found.group(3))))
        : Optional.empty();
  }

  /** Whether a source is, byte for byte, what its own constants give. */
  public static boolean isWhole(String source) {
    return read(source)
        .filter(k -> source(k.term(), k.epoch(), k.digest(), k.predecessor()).equals(source))
        .isPresent();
  }

  private static String constants(long term, long epoch, String digest, long predecessor) {
    return """
    local TERM, EPOCH, PREDECESSOR, DIGEST = %1$d, %2$d, %3$d, '%4$s'
    local FIELD, LISTED = '%2$d:', ',%2$d,'
    """
        .formatted(term, epoch, predecessor, digest);
  }

  private static String resource(String name) {
    try (var in = FunctionLibrary.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
