package dev.deployclaw.container.signin;

import dev.deployclaw.audit.signin.SignInEvent;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signin.SignInJournal.Tampering;
import dev.deployclaw.container.listener.NetworkPrefix;
import dev.deployclaw.container.metrics.ServerMetrics;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Who signed in, left, or was turned away, in the application log and in the signed one: an event
 * for a caller's first call by a kind of credential, and one an hour while it goes on, so that the
 * last one dates its use within an hour. Events are a few a minute for each caller and network, and
 * for all, where refusals take no place of known callers; what is beyond is counted. Any thread.
 */
public final class SignInLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignInLog.class);
  private static final Duration AGAIN = Duration.ofHours(1);
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MOST_LINES = 30;
  private static final int MOST_OF_ONE_NETWORK = 3;
  private static final int MOST_KNOWN = 300;
  private static final int MOST_OF_ONE_CALLER = 10;
  private static final int MOST_CALLERS = 4096;

  private final ServerMetrics meters;
  private final SignInRecorder recorder;
  private final LongSupplier nanos;
  private final Map<String, Long> lastLines = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Integer> refusals = new LinkedHashMap<>();
  private final Map<String, Integer> callers = new LinkedHashMap<>();
  private long windowStart;
  private int lines;
  private int known;
  private int leftOut;

  /**
   * @param nanos a clock that never goes back
   */
  public SignInLog(ServerMetrics meters, SignInRecorder recorder, LongSupplier nanos) {
    this.meters = meters;
    this.recorder = recorder;
    this.nanos = nanos;
    this.windowStart = nanos.getAsLong();
  }

  public ServerMetrics meters() {
    return meters;
  }

  /**
   * A call with a credential.
   *
   * @param by the kind of credential
   */
  public synchronized void accepted(String caller, String by, String address) {
    long now = nanos.getAsLong();
    String key = by + " " + caller;
    var last = lastLines.get(key);
    if (last != null && now - last < AGAIN.toNanos()) {
      return;
    }
    meters.signedIn(by);
    boolean first = last == null && !by.equals("session"); // a session has begun with a sign-in
    var event = SignInEvent.of(first ? Kind.SIGNED_IN : Kind.CALLS_ON, caller, by, address);
    if (!told(Level.INFO, event)) {
      return;
    }
    lastLines.put(key, now);
    if (lastLines.size() > MOST_CALLERS) {
      lastLines.remove(lastLines.keySet().iterator().next());
    }
  }

  /** A person began a session of the console. */
  public synchronized void began(String caller, String by, String address) {
    boolean _ = told(Level.INFO, SignInEvent.of(Kind.SIGNED_IN, caller, by, address));
  }

  /** A person ended it. */
  public synchronized void ended(String caller, String address) {
    boolean _ = told(Level.INFO, SignInEvent.of(Kind.SIGNED_OUT, caller, "session", address));
  }

  /**
   * @param why without any part of the credential
   */
  public synchronized void refused(String why, String by, String address) {
    turnedAway(SignInEvent.of(Kind.REFUSED, "", by, address).because(why));
  }

  /** A caller who is known may not do this. */
  public synchronized void denied(String caller, String why, String by, String address) {
    boolean _ = told(Level.WARN, SignInEvent.of(Kind.DENIED, caller, by, address).because(why));
  }

  /** Once a minute; {@link SignInRecorder#settle} says what it does. */
  public void settle(int keep) throws InterruptedException {
    recorder.settle(keep);
  }

  /** What was last found wrong with the signed logs. */
  public Optional<Tampering> tampering() {
    return recorder.tampering();
  }

  @Override
  public void close() {
    recorder.close();
  }

  /**
   * @return whether it was: not where a bound is reached
   */
  private boolean told(Level level, SignInEvent event) {
    turn();
    if (known >= MOST_KNOWN || callers.getOrDefault(event.who(), 0) >= MOST_OF_ONE_CALLER) {
      leftOut();
      return false;
    }
    known++;
    callers.merge(event.who(), 1, Integer::sum);
    tell(level, event);
    return true;
  }

  private void turnedAway(SignInEvent event) {
    turn();
    String network = NetworkPrefix.of(event.from());
    if (lines >= MOST_LINES || refusals.getOrDefault(network, 0) >= MOST_OF_ONE_NETWORK) {
      leftOut();
      return;
    }
    lines++;
    refusals.merge(network, 1, Integer::sum);
    tell(Level.WARN, event);
  }

  private void turn() {
    long now = nanos.getAsLong();
    if (now - windowStart >= WINDOW.toNanos()) {
      windowStart = now;
      lines = 0;
      known = 0;
      refusals.clear();
      callers.clear();
    }
  }

  private void leftOut() {
    leftOut++;
    recorder.leftOut();
  }

  private void tell(Level level, SignInEvent event) {
    var line = LOG.atLevel(level).addKeyValue("by", event.means());
    if (!event.who().isEmpty()) {
      line = line.addKeyValue("caller", event.who());
    }
    if (!event.reason().isEmpty()) {
      line = line.addKeyValue("reason", event.reason());
    }
    line.addKeyValue("address", event.from())
        .addKeyValue("left_out", leftOut)
        .log(event.kind().sentence());
    leftOut = 0;
    recorder.write(event);
  }
}
