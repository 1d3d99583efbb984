package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What ordinary questions came to under the present view, so that one that is asked again and again
 * is matched once. A question is the same where all is equal that matching it looked at: of its
 * headers only those that were read then. Each question has {@link #WAYS} places, by its hash, so
 * that the table never grows. It takes one when it comes for the second time, since many who come
 * once each would only drive out who comes often; those that weren't asked for lately go first.
 * Belongs to one event loop.
 */
public final class MatchCache {
  /** A few KB each, and no more than a share of the heap. */
  private static final int MOST = 1 << 15;

  private static final int LEAST = 1 << 10;
  private static final int BYTES_EACH = 4 << 10;
  private static final int SHARE_OF_HEAP = 8;
  private static final int WAYS = 8;

  /** Of all texts of a question; a longer one isn't kept. */
  private static final int LONGEST = 1_024;

  /** A request under more isn't kept. */
  private static final int MOST_LIMITS = 16;

  private final @Nullable Entry[] entries;

  /** Of the questions at the same places: they are looked through without a look at each. */
  private final int[] hashes;

  /** The hashes of questions that came once, as many as there are places. */
  private final int[] once;

  private final int sets;
  private int turn;
  private PolicySnapshot view = PolicySnapshot.EMPTY;

  /** That fits into a heap of that size. */
  public static MatchCache within(long heap) {
    return new MatchCache(places(heap));
  }

  /**
   * @param places a power of two, at least {@link #WAYS}
   */
  MatchCache(int places) {
    entries = new @Nullable Entry[places];
    hashes = new int[places];
    once = new int[places];
    sets = places / WAYS;
  }

  /** How many fit into a heap of that size. */
  static int places(long heap) {
    long fitting = heap / SHARE_OF_HEAP / BYTES_EACH;
    return Integer.highestOneBit(Math.clamp(fitting, LEAST, MOST));
  }

  /** A question that came twice. */
  private static final class Entry {
    private final DecisionRequest asked;
    private final boolean byClient;
    private final List<Map.Entry<String, String>> headers;
    private final MatchedRequest matched;
    private boolean used = true;

    /**
     * @param asked its header isn't read again
     * @param headers those that were looked at
     */
    Entry(DecisionRequest asked, Map<String, String> headers, MatchedRequest matched) {
      this.asked = asked.reading(_ -> "");
      this.byClient = matched.claims().byClient();
      this.headers = List.copyOf(headers.entrySet());
      this.matched = matched;
    }

    boolean answers(DecisionRequest other) {
      if (!asked.uri().equals(other.uri())
          || !asked.host().equals(other.host())
          || !asked.method().equals(other.method())
          || !asked.gateway().equals(other.gateway())
          || asked.units() != other.units()
          || (byClient && !asked.client().equals(other.client()))) {
        return false;
      }
      for (var header : headers) {
        if (!header.getValue().equals(other.header().apply(header.getKey()))) {
          return false;
        }
      }
      return true;
    }
  }

  /** What the question came to before; empty where it isn't known. */
  public Optional<MatchedRequest> of(PolicySnapshot now, DecisionRequest question) {
    if (!now.equals(view)) {
      return Optional.empty();
    }
    int hash = hash(question);
    int first = first(hash);
    for (int at = first; at < first + WAYS; at++) {
      var entry = hashes[at] == hash ? entries[at] : null;
      if (entry != null && entry.answers(question)) {
        entry.used = true;
        return Optional.of(entry.matched);
      }
    }
    return Optional.empty();
  }

  /**
   * What the question comes to, kept where it came before.
   *
   * @param match what it comes to; may look at nothing but the question it is given and {@code now}
   */
  public MatchedRequest keep(
      PolicySnapshot now,
      DecisionRequest question,
      Function<DecisionRequest, MatchedRequest> match) {
    forget(now);
    int hash = hash(question);
    if (!again(hash)) {
      return match.apply(question);
    }
    var headers = new TreeMap<String, String>();
    var matched =
        match.apply(
            question.reading(name -> {
              String value = question.header().apply(name);
              headers.put(name, value);
              return value;
            }));
    boolean settled = !matched.claims().crowded() && matched.claims().limits() <= MOST_LIMITS;
    if (settled && length(question, headers) <= LONGEST) {
      int at = free(hash);
      hashes[at] = hash;
      entries[at] = new Entry(question, headers, matched);
    }
    return matched;
  }

  private static int length(DecisionRequest question, Map<String, String> headers) {
    return question.gateway().length()
        + question.host().length()
        + question.method().length()
        + question.uri().length()
        + question.client().length()
        + headers.values().stream().mapToInt(String::length).sum();
  }

  /** Whether the hash was seen before; if not, it takes the place of another that was. */
  private boolean again(int hash) {
    int first = first(hash);
    for (int at = first; at < first + WAYS; at++) {
      if (once[at] == hash) {
        return true;
      }
    }
    once[first + turn] = hash;
    turn = (turn + 1) % WAYS;
    return false;
  }

  /** An empty place, else the next one that wasn't asked for since it was last passed over. */
  private int free(int hash) {
    int first = first(hash);
    for (int at = first; at < first + WAYS; at++) {
      if (entries[at] == null) {
        return at;
      }
    }
    for (int i = 0; i < WAYS; i++) {
      turn = (turn + 1) % WAYS;
      var entry = entries[first + turn];
      if (entry == null || !entry.used) {
        break;
      }
      entry.used = false;
    }
    return first + turn;
  }

  private void forget(PolicySnapshot now) {
    if (!now.equals(view)) {
      Arrays.fill(entries, null);
    }
    view = now;
  }

  private static int hash(DecisionRequest question) {
    int hash = 31 * question.host().hashCode() + question.uri().hashCode();
    hash = 31 * (31 * hash + question.gateway().hashCode()) + question.method().hashCode();
    return 31 * hash + Long.hashCode(question.units());
  }

  /** Where the places of a hash begin: mixed as MurmurHash3 ends, since names differ in digits. */
  private int first(int hash) {
    int mixed = (hash ^ hash >>> 16) * 0x85ebca6b;
    mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
    return ((mixed ^ mixed >>> 16) & (sets - 1)) * WAYS;
  }
}
