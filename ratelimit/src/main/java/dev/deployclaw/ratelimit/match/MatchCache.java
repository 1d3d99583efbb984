package dev.deployclaw.ratelimit.match;

import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What ordinary questions came to under the present view, so that one that is asked again and again
 * is matched once. A question is the same where all is equal that matching it looked at: of its
 * headers only those that were read then. There is one place for each remainder of the hash, so
 * that the table never grows. Who comes to a place twice running takes it: many who come once each
 * would only be carried through the collector, and drive out who comes often. Belongs to one event
 * loop.
 */
public final class MatchCache {
  /** A few KB each. */
  private static final int MOST = 4_096;

  /** Of all texts of a question; a longer one isn't kept. */
  private static final int LONGEST = 1_024;

  /** A request under more isn't kept. */
  private static final int MOST_LIMITS = 16;

  private final @Nullable Entry[] entries = new @Nullable Entry[MOST];
  private final int[] latest = new int[MOST];
  private PolicySnapshot view = PolicySnapshot.EMPTY;

  private record Asked(String gateway, String host, String method, String uri, long units) {
    static Asked of(DecisionRequest question) {
      return new Asked(
          question.gateway(), question.host(), question.method(), question.uri(), question.units());
    }

    int length() {
      return gateway.length() + host.length() + method.length() + uri.length();
    }
  }

  /**
   * @param client its address where that was looked at
   * @param headers those that were looked at
   */
  private record Entry(
      Asked asked, Optional<String> client, Map<String, String> headers, MatchedRequest matched) {
    boolean answers(Asked other, DecisionRequest question) {
      return asked.equals(other)
          && (client.isEmpty() || client.get().equals(question.client()))
          && headers.entrySet().stream()
              .allMatch(h -> h.getValue().equals(question.header().apply(h.getKey())));
    }
  }

  /** What the question came to before; empty where it isn't known. */
  public Optional<MatchedRequest> of(PolicySnapshot now, DecisionRequest question) {
    if (!now.equals(view)) {
      return Optional.empty();
    }
    var asked = Asked.of(question);
    var entry = entries[place(asked)];
    return entry != null && entry.answers(asked, question)
        ? Optional.of(entry.matched())
        : Optional.empty();
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
    var asked = Asked.of(question);
    if (!again(asked)) {
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
    var client =
        matched.claims().byClient() ? Optional.of(question.client()) : Optional.<String>empty();
    int length =
        asked.length()
            + client.map(String::length).orElse(0)
            + headers.values().stream().mapToInt(String::length).sum();
    boolean settled = !matched.claims().crowded();
    if (settled && length <= LONGEST && matched.claims().limits() <= MOST_LIMITS) {
      entries[place(asked)] = new Entry(asked, client, headers, matched);
    }
    return matched;
  }

  private boolean again(Asked asked) {
    int place = place(asked);
    boolean again = latest[place] == asked.hashCode();
    latest[place] = asked.hashCode();
    return again;
  }

  private void forget(PolicySnapshot now) {
    if (!now.equals(view)) {
      Arrays.fill(entries, null);
    }
    view = now;
  }

  private static int place(Asked asked) {
    int hash = asked.hashCode();
    return (hash ^ hash >>> 16) & (MOST - 1);
  }
}
