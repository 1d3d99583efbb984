package dev.deployclaw.ratelimit.feed;

import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the {@link PolicySnapshot} fresh: reads etcd every second on a thread of its own, sooner
 * when a watch or a decision asks for it. When etcd is down the last view stays.
 */
public final class PolicyFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyFeed.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration STOP = Duration.ofSeconds(5);

  private final EtcdPolicyReader etcd;
  private final Semaphore wake = new Semaphore(0);
  private final AtomicReference<CompletableFuture<PolicySnapshot>> next =
      new AtomicReference<>(new CompletableFuture<>());
  private final Thread reader;
  private volatile PolicySnapshot view = PolicySnapshot.EMPTY;
  private volatile boolean known;
  private volatile String trouble = "";
  private volatile boolean closed;

  private PolicyFeed(EtcdSourceSettings source) {
    this.etcd = new EtcdPolicyReader(source, wake::release);
    this.reader = Thread.ofVirtual().name("policy-feed").unstarted(this::run);
  }

  /** Starts reading; the first view is empty until etcd answered. */
  public static PolicyFeed start(EtcdSourceSettings source) {
    var feed = new PolicyFeed(source);
    feed.reader.start();
    return feed;
  }

  public PolicySnapshot view() {
    return view;
  }

  /**
   * Whether what is committed was held once. From then on it stays so: without etcd, or before a
   * new epoch is read, the service decides by what it holds.
   */
  public boolean ready() {
    return known;
  }

  /** Why etcd can't be read now; empty where it can. */
  public String trouble() {
    return trouble;
  }

  /** The view of a read that starts after this call. Ends by itself only when etcd answers. */
  public CompletableFuture<PolicySnapshot> refreshed() {
    var promised = next.get();
    wake.release();
    return promised.copy();
  }

  @Override
  public void close() {
    closed = true;
    reader.interrupt();
    try {
      reader.join(STOP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    etcd.close();
  }

  private void run() {
    while (!closed) {
      String before = trouble;
      String now = read();
      trouble = now;
      if (!now.equals(before)) {
        told(now);
      }
      pause();
    }
  }

  /** Why etcd couldn't be read. Who asked before the read began is told its result. */
  private String read() {
    var asked = next.getAndSet(new CompletableFuture<>());
    try {
      var fresh = same(etcd.read(view));
      told(fresh);
      view = fresh;
      known = known || fresh.whole();
      asked.complete(fresh);
      return "";
    } catch (InterruptedException e) {
      closed = true;
      asked.completeExceptionally(e);
      return trouble;
    } catch (EtcdPolicyReader.Unreadable | RuntimeException e) {
      LOG.atDebug().setCause(e).log("etcd can't be read");
      etcd.drop();
      asked.completeExceptionally(e);
      return String.valueOf(e.getMessage());
    }
  }

  /** The present view where nothing changed: decisions compare views, at best by identity. */
  private PolicySnapshot same(PolicySnapshot fresh) {
    var present = view;
    return fresh.equals(present) ? present : fresh;
  }

  private void told(PolicySnapshot fresh) {
    if (!epochs(fresh).equals(epochs(view)) || !fresh.active().equals(view.active())) {
      LOG.atInfo()
          .addKeyValue("held", epochs(fresh))
          .addKeyValue("active", fresh.active().map(Constants::epoch).orElse(0L))
          .log("policy sets changed");
    }
  }

  private void told(String why) {
    String message =
        why.isEmpty()
            ? "etcd is read again"
            : "etcd can't be read: the last known policies stay in use";
    LOG.atWarn().addKeyValue("held", epochs(view)).addKeyValue("reason", why).log(message);
  }

  private void pause() {
    try {
      if (wake.tryAcquire(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  private static List<Long> epochs(PolicySnapshot view) {
    return view.held().stream().map(EpochPolicySet::epoch).toList();
  }
}
