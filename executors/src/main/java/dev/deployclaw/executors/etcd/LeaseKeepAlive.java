package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.CallFault;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one lease alive, and knows by the local monotonic clock until when it surely stands. The
 * deadline counts from the moment at which the last successful call was <em>sent</em>, less a
 * margin; etcd counts from its arrival, so ours is the earlier one. The client's own keep-alive is
 * not trusted: it can stop silently.
 */
final class LeaseKeepAlive implements AutoCloseable {
  /** A renewal is sent each third of the lease. */
  private static final int RENEWALS_A_LEASE = 3;

  /** The part of the lease that is given up as a margin for the clocks' rates. */
  private static final int MARGIN_PART = 10;

  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeepAlive.class);

  private final EtcdClient link;
  private final Lease lease;
  private final Thread renewer;
  private volatile long deadline;
  private volatile boolean over;

  private LeaseKeepAlive(EtcdClient link, Lease lease) {
    this.link = link;
    this.lease = lease;
    this.deadline = deadlineFrom(lease.sentNanos());
    this.renewer =
        Thread.ofVirtual().name("lease-" + Long.toHexString(lease.id())).unstarted(this::run);
  }

  static LeaseKeepAlive start(EtcdClient link, Lease lease) {
    var watch = new LeaseKeepAlive(link, lease);
    watch.renewer.start();
    return watch;
  }

  /** False from the moment the lease may have run out; never true again. */
  boolean holds() {
    if (!over && System.nanoTime() - deadline >= 0) {
      over = true;
    }
    return !over;
  }

  /** Stops renewing and gives the lease back; a lease that can't be given back runs out. */
  @Override
  public void close() {
    over = true;
    renewer.interrupt();
    try {
      revoke(link, lease);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void revoke(EtcdClient link, Lease lease) throws InterruptedException {
    try {
      link.call(c -> c.getLeaseClient().revoke(lease.id()));
    } catch (EtcdClient.Failed e) {
      LOG.atInfo()
          .addKeyValue("reason", e.fault().reason())
          .log("the lease could not be released; it will expire");
    }
  }

  private void run() {
    Duration period = lease.length().dividedBy(RENEWALS_A_LEASE);
    try {
      while (holds()) {
        LockSupport.parkNanos(this, period.toNanos());
        if (Thread.interrupted() || link.closed()) {
          return;
        }
        renew(period);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void renew(Duration atMost) throws InterruptedException {
    long sent = System.nanoTime();
    try {
      link.call(atMost, c -> c.getLeaseClient().keepAliveOnce(lease.id()));
      deadline = deadlineFrom(sent);
    } catch (EtcdClient.Failed e) {
      boolean gone = e.fault() instanceof CallFault.Invalid;
      over = over || gone;
      LOG.atWarn()
          .addKeyValue("reason", e.fault().reason())
          .log(gone ? "the lease is gone" : "the lease could not be renewed");
    }
  }

  private long deadlineFrom(long sentNanos) {
    return sentNanos + lease.length().toNanos() / MARGIN_PART * (MARGIN_PART - 1);
  }

  /**
   * @param sentNanos when the request that granted it was sent, by {@link System#nanoTime}
   */
  record Lease(long id, Duration length, long sentNanos) {}
}
