package dev.deployclaw.container.http.session;

import dev.deployclaw.core.environment.SecretText;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The sessions of this process, in memory alone: a restart ends them. Each ends when it wasn't used
 * for a while, and in any case after a working day. A new one beyond a bound ends the one that was
 * used longest ago. Any thread.
 */
public final class ConsoleSessionStore {
  public static final Duration LONGEST_IDLE = Duration.ofMinutes(30);
  public static final Duration LONGEST = Duration.ofHours(12);
  static final int MOST_OF_ONE = 8;
  static final int MOST = 512;
  private static final int SECRET_BYTES = 32;

  private final LongSupplier nanos;

  /** By the hash of the cookie's secret, so that no comparison tells of a secret. */
  private final Map<String, Entry> entries = new HashMap<>();

  /**
   * @param nanos a clock that never goes back
   */
  public ConsoleSessionStore(LongSupplier nanos) {
    this.nanos = nanos;
  }

  private record Entry(ConsoleSession session, long begun, long used) {
    Entry usedAt(long now) {
      return new Entry(session, begun, now);
    }
  }

  /** Begins a session; gives the secret by which the browser is known. */
  public synchronized String open(String name, SessionCredential credential) {
    long now = nanos.getAsLong();
    entries.values().removeIf(e -> isOver(e, now));
    makeRoom(e -> e.session().name().equals(name), MOST_OF_ONE);
    makeRoom(_ -> true, MOST);
    String secret = secret();
    entries.put(key(secret), new Entry(new ConsoleSession(name, credential, secret()), now, now));
    return secret;
  }

  /**
   * The session of a secret.
   *
   * @param uses whether its person does something; a page that looks by itself doesn't
   */
  public synchronized Optional<ConsoleSession> find(String secret, boolean uses) {
    long now = nanos.getAsLong();
    String key = key(secret);
    var entry = Optional.ofNullable(entries.get(key));
    if (entry.filter(e -> !isOver(e, now)).isEmpty()) {
      entries.remove(key);
      return Optional.empty();
    }
    if (uses) {
      entries.put(key, entry.get().usedAt(now));
    }
    return entry.map(Entry::session);
  }

  public synchronized void close(String secret) {
    entries.remove(key(secret));
  }

  /** How many there are, over or not. */
  synchronized int size() {
    return entries.size();
  }

  private static boolean isOver(Entry entry, long now) {
    return now - entry.begun() >= LONGEST.toNanos() || now - entry.used() >= LONGEST_IDLE.toNanos();
  }

  private void makeRoom(Predicate<Entry> among, int most) {
    if (entries.values().stream().filter(among).count() >= most) {
      entries.entrySet().stream()
          .filter(e -> among.test(e.getValue()))
          .min(Comparator.comparingLong(e -> e.getValue().used()))
          .ifPresent(oldest -> entries.remove(oldest.getKey()));
    }
  }

  private static String secret() {
    return SecretText.hex(SECRET_BYTES);
  }

  private static String key(String secret) {
    return CanonicalJson.sha256(secret);
  }
}
