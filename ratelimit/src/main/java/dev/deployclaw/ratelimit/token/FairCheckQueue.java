package dev.deployclaw.ratelimit.token;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Checks that cost time, off the event loop, a few at once. Those who ask take turns: however many
 * one of them brings, another waits for one check of each. Where too many wait, the last one of
 * whom most are waiting is given up. Belongs to one event loop.
 */
public final class FairCheckQueue {
  private static final int MOST_AT_ONCE = 4;
  private static final int MOST_WAITING = 1_024;
  private static final int IPV6_NETWORK_GROUPS = 4;

  private final Vertx vertx;
  private final int mostWaiting;
  private final Map<String, Turn> waiting = new LinkedHashMap<>();
  private final Map<String, Integer> ofSites = new HashMap<>();
  private int count;
  private int underWay;
  private boolean starting;

  public FairCheckQueue(Vertx vertx) {
    this(vertx, MOST_WAITING);
  }

  /**
   * @param mostWaiting so many that a gateway still waits for the last one
   */
  public FairCheckQueue(Vertx vertx, int mostWaiting) {
    this.vertx = vertx;
    this.mostWaiting = mostWaiting;
  }

  /** Too many checks wait. Without a stack trace. */
  public static final class Busy extends RuntimeException {
    Busy() {
      super("too many checks wait", null, false, false);
    }
  }

  private record Check<T>(Callable<T> work, Promise<T> promise) {}

  /** Those of one network that wait. */
  private record Turn(String site, Deque<Check<?>> checks) {}

  /**
   * Fails with {@link Busy}, or as the work does.
   *
   * @param client whose address it is for; empty where it isn't known
   */
  public <T> Future<T> check(String client, Callable<T> work) {
    Promise<T> promise = Promise.promise();
    var check = new Check<>(work, promise);
    if (underWay < MOST_AT_ONCE && waiting.isEmpty()) {
      start(check);
    } else if (count < mostWaiting || madeRoom(network(client))) {
      var turn =
          waiting.computeIfAbsent(network(client), n -> new Turn(site(n), new ArrayDeque<>()));
      turn.checks().add(check);
      count(turn, 1);
    } else {
      promise.fail(new Busy());
    }
    return promise.future();
  }

  private <T> void start(Check<T> check) {
    underWay++;
    vertx
        .executeBlocking(check.work(), false)
        .onComplete(done -> {
          underWay--;
          next();
          check.promise().handle(done);
        });
  }

  /**
   * Starts as many as may be under way. One that is done before anybody waits for it ends within
   * its start, and is followed by the loop: a call within the call would go as deep as many wait.
   */
  private void next() {
    if (starting) {
      return;
    }
    starting = true;
    try {
      while (underWay < MOST_AT_ONCE && !waiting.isEmpty()) {
        start(taken());
      }
    } finally {
      starting = false;
    }
  }

  /** Whose turn it is gets one check done, and stands behind all others. */
  private Check<?> taken() {
    var turns = waiting.entrySet().iterator();
    var turn = turns.next();
    turns.remove();
    var checks = turn.getValue().checks();
    var check = checks.removeFirst();
    count(turn.getValue(), -1);
    if (!checks.isEmpty()) {
      waiting.put(turn.getKey(), turn.getValue());
    }
    return check;
  }

  /**
   * Whether somebody who has more waiting than this one gave one up. Where all have few, those of
   * one site count together: it has as many networks as it likes.
   */
  private boolean madeRoom(String network) {
    int most = Collections.max(ofSites.values());
    String site = site(network);
    int ofSite = ofSites.getOrDefault(site, 0);
    boolean ofOwnSite = ofSite == most;
    if (ofSite > 0 && ofSite + 1 == most) {
      return false;
    }
    var given =
        waiting.entrySet().stream()
            .filter(from ->
                ofOwnSite
                    ? from.getValue().site().equals(site)
                    : ofSites.getOrDefault(from.getValue().site(), 0) == most)
            .max(Comparator.comparingInt(from -> from.getValue().checks().size()))
            .orElseThrow();
    var checks = given.getValue().checks();
    var own = waiting.get(network);
    if (ofOwnSite && own != null && own.checks().size() + 1 >= checks.size()) {
      return false;
    }
    var last = checks.removeLast();
    if (checks.isEmpty()) {
      waiting.remove(given.getKey());
    }
    count(given.getValue(), -1);
    last.promise().fail(new Busy());
    return true;
  }

  private void count(Turn turn, int more) {
    count += more;
    ofSites.merge(turn.site(), more, (a, b) -> a + b == 0 ? null : a + b);
  }

  /** IPv6: a /48 of the /64; IPv4: a /24. */
  private static String site(String network) {
    int end = network.lastIndexOf(network.indexOf(':') < 0 ? '.' : ':');
    boolean whole = network.chars().filter(c -> c == ':').count() == IPV6_NETWORK_GROUPS - 1L;
    return end < 0 || (network.indexOf(':') >= 0 && !whole) ? network : network.substring(0, end);
  }

  /**
   * One who has an address of IPv6 has as many as there are in its network; one of IPv4 may be
   * written within one of IPv6 (::ffff:192.0.2.1).
   */
  private static String network(String client) {
    if (client.indexOf(':') < 0) {
      return client;
    }
    if (client.indexOf('.') >= 0) {
      return client.substring(client.lastIndexOf(':') + 1);
    }
    int at = -1;
    for (int i = 0; i < IPV6_NETWORK_GROUPS; i++) {
      int colon = client.indexOf(':', at + 1);
      if (colon < 0 || colon == at + 1) {
        return client.substring(0, Math.max(at, 0));
      }
      at = colon;
    }
    return client.substring(0, at);
  }
}
