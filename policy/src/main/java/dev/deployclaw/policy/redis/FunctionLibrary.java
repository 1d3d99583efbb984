package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.document.PackagedText;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Redis function library. The active epoch is a constant in its source, so loading it is the
 * switch, and a decision reads epoch, rules and counters in one call. Needs Redis 7 or newer.
 */
public final class FunctionLibrary {
  public static final String NAME = "deployclaw";

  /** Writes: decides one {@link DecideCall}. */
  public static final String DECIDE = "dc_decide";

  /**
   * Reads only, so replicas answer it too: {@code [epoch, digest, term, predecessor, step]}, then
   * {@code candidate, its digest, cohort} where there is one.
   */
  public static final String STATUS = "dc_status";

  /**
   * Writes: gives back the places that requests hold under concurrency limits, see {@link
   * ReleaseCall}.
   */
  public static final String RELEASE = "dc_release";

  private static final String COUNTING =
      PackagedText.read(FunctionLibrary.class, "counters.lua")
          + "\n"
          + PackagedText.read(FunctionLibrary.class, "leases.lua");
  private static final String BODY =
      COUNTING
          + "\n"
          + PackagedText.read(FunctionLibrary.class, "counted.lua")
          + "\n"
          + PackagedText.read(FunctionLibrary.class, "decide.lua");
  private static final Pattern CONSTANTS =
      Pattern.compile(
          "^local TERM, EPOCH, PREDECESSOR, DIGEST = (\\d+), (\\d+), (\\d+), '([0-9a-f]*)'$",
          Pattern.MULTILINE);
  private static final Pattern TRIAL =
      Pattern.compile(
          "^local STEP, CANDIDATE, COHORT, CHANGED = (\\d+), (\\d+), (\\d+), '([0-9a-f]*)'$",
          Pattern.MULTILINE);

  private FunctionLibrary() {}

  /**
   * What a loaded library says of itself.
   *
   * @param term the fencing token under which it was loaded
   * @param step how often the cohort was moved since the epoch was committed
   * @param trial the candidate beside the committed epoch
   */
  public record Constants(
      long term, long epoch, String digest, long predecessor, long step, Optional<Trial> trial) {}

  /** A candidate epoch, and who decides by it already. */
  public record Trial(long epoch, String digest, CanaryCohort cohort) {}

  /** The library's source, byte for byte the same for the same constants. */
  public static String source(Constants constants) {
    return LibrarySeal.on(
        "#!lua name="
            + NAME
            + "\n"
            + constants(constants)
            + BODY
            + "\nredis.register_function('"
            + DECIDE
            + "', decide)\n"
            + "redis.register_function('"
            + RELEASE
            + "', release)\n"
            + "redis.register_function{function_name='"
            + STATUS
            + "', callback=status, flags={'no-writes'}}\n");
  }

  /** The same, where everybody is at the epoch. */
  public static String source(long term, long epoch, String digest, long predecessor) {
    return source(new Constants(term, epoch, digest, predecessor, 0, Optional.empty()));
  }

  /**
   * The decision as a plain script for {@code EVAL}: for a shard that lost the library, until it is
   * loaded again. Same keys, arguments and answer as {@link #DECIDE}.
   */
  public static String script(Constants active) {
    return constants(active) + BODY + "\nreturn decide(KEYS, ARGV)\n";
  }

  /** {@link #RELEASE} as a plain script, likewise. It goes by no epoch. */
  public static String releaseScript() {
    return COUNTING + "\nreturn release(KEYS, ARGV)\n";
  }

  /** The constants in a library's source, empty where it isn't one of ours. */
  public static Optional<Constants> read(String source) {
    var found = CONSTANTS.matcher(source);
    if (!found.find()) {
      return Optional.empty();
    }
    var more = TRIAL.matcher(source);
    boolean steps = more.find();
    return Optional.of(
        new Constants(
            Long.parseLong(found.group(1)),
            Long.parseLong(found.group(2)),
            found.group(4),
            Long.parseLong(found.group(3)),
            steps ? Long.parseLong(more.group(1)) : 0,
            steps ? trial(more) : Optional.empty()));
  }

  private static Optional<Trial> trial(Matcher found) {
    long epoch = Long.parseLong(found.group(2));
    var cohort = new CanaryCohort(Integer.parseInt(found.group(3)));
    return epoch == 0 ? Optional.empty() : Optional.of(new Trial(epoch, found.group(4), cohort));
  }

  /** Whether a source is, byte for byte, what its own constants give. */
  public static boolean isWhole(String source) {
    return read(source).filter(k -> source(k).equals(source)).isPresent();
  }

  /** Whether a source is whole, with our constants, and of another version of this code. */
  public static boolean isOfAnotherVersion(String source) {
    return read(source).isPresent() && LibrarySeal.holds(source) && !isWhole(source);
  }

  private static String constants(Constants k) {
    return """
    local TERM, EPOCH, PREDECESSOR, DIGEST = %d, %d, %d, '%s'
    local STEP, CANDIDATE, COHORT, CHANGED = %d, %d, %d, '%s'
    """
        .formatted(
            k.term(),
            k.epoch(),
            k.predecessor(),
            k.digest(),
            k.step(),
            k.trial().map(Trial::epoch).orElse(0L),
            k.trial().map(t -> t.cohort().share()).orElse(0),
            k.trial().map(Trial::digest).orElse(""));
  }

  /**
   * The last line of a library's source: a comment with the hash of all that stands before it. By
   * it the code of another version of the agent, which is whole, is told from code that somebody
   * changed. It is no signature: who knows how can write one.
   */
  static final class LibrarySeal {
    private static final String LINE = "-- sealed ";

    private LibrarySeal() {}

    static String on(String source) {
      return source + line(source);
    }

    static boolean holds(String sealed) {
      int at = sealed.lastIndexOf(LINE);
      return at > 0 && sealed.substring(at).equals(line(sealed.substring(0, at)));
    }

    private static String line(String source) {
      return LINE + CanonicalJson.sha256(source) + "\n";
    }
  }
}
