package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseGrantResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One try to lead: a lease, then one transaction that takes {@code leader} if nobody has it and
 * raises {@code term} by one. The key of a leader that died goes with its lease, so each candidate
 * tries again.
 */
record EtcdElection(EtcdClient link, EtcdStateStore store, String name) {
  private static final String LEADER = "leader";
  private static final String TERM = "term";

  static Optional<Leadership> stand(
      EtcdClient link, EtcdStateStore store, String name, Duration lease)
      throws InterruptedException {
    return new EtcdElection(link, store, name).once(lease);
  }

  private Optional<Leadership> once(Duration lease) throws InterruptedException {
    if (store.get(LEADER).isPresent()) {
      return Optional.empty();
    }
    var term = store.get(TERM);
    long next =
        term.map(t -> Long.parseLong(new String(t.value(), StandardCharsets.UTF_8))).orElse(0L) + 1;
    long sent = System.nanoTime();
    LeaseGrantResponse granted = grant(lease);
    var shorter = Duration.ofSeconds(Math.min(lease.toSeconds(), granted.getTTL()));
    var mine = new LeaseKeepAlive.Lease(granted.getID(), shorter, sent);
    long revision = take(mine, Condition.unmoved(TERM, term), next);
    if (revision == 0) {
      LeaseKeepAlive.revoke(link, mine);
      return Optional.empty();
    }
    return Optional.of(
        EtcdLeadership.begin(LeaseKeepAlive.start(link, mine), name, next, revision));
  }

  /** etcd counts leases in whole seconds. */
  private LeaseGrantResponse grant(Duration lease) throws InterruptedException {
    try {
      return link.call(c -> c.getLeaseClient().grant(Math.max(1, lease.toSeconds())));
    } catch (EtcdClient.Failed e) {
      throw new Unreachable(e.fault().reason(), e);
    }
  }

  /** The revision at which {@code leader} became ours; 0 when it did not. */
  private long take(LeaseKeepAlive.Lease mine, Condition unmoved, long next)
      throws InterruptedException {
    Cmp[] conditions = {
      EtcdStateStore.compare(new Condition.Absent(LEADER)), EtcdStateStore.compare(unmoved)
    };
    var leased = PutOption.builder().withLeaseId(mine.id()).build();
    Op[] writes = {
      Op.put(EtcdClient.bytes(LEADER), EtcdClient.bytes(name), leased),
      Op.put(EtcdClient.bytes(TERM), EtcdClient.bytes(Long.toString(next)), PutOption.DEFAULT)
    };
    try {
      TxnResponse answer =
          link.call(c -> c.getKVClient().txn().If(conditions).Then(writes).commit());
      return answer.isSucceeded() ? answer.getHeader().getRevision() : 0;
    } catch (EtcdClient.Failed e) {
      if (e.fault() instanceof CallFault.Unknown) {
        return takenAfterAll(mine);
      }
      throw new Unreachable(e.fault().reason(), e);
    }
  }

  /** A lost answer is resolved by reading: the key is ours if it hangs on our lease. */
  private long takenAfterAll(LeaseKeepAlive.Lease mine) throws InterruptedException {
    ByteSequence key = EtcdClient.bytes(LEADER);
    try {
      return link.call(c -> c.getKVClient().get(key)).getKvs().stream()
          .filter(kv -> kv.getLease() == mine.id())
          .mapToLong(KeyValue::getModRevision)
          .findFirst()
          .orElse(0);
    } catch (EtcdClient.Failed e) {
      throw new Unreachable(e.fault().reason(), e);
    }
  }

  /**
   * The lead, as long as its lease stands. {@link #holds} is a courtesy that stops a leader early;
   * what keeps a former leader from writing are the {@link #conditions}.
   */
  private record EtcdLeadership(
      String name, long term, List<Condition> conditions, LeaseKeepAlive watch)
      implements Leadership {

    static EtcdLeadership begin(LeaseKeepAlive watch, String name, long term, long revision) {
      List<Condition> conditions =
          List.of(
              new Condition.Unmoved("leader", revision),
              new Condition.Holds("term", Long.toString(term).getBytes(StandardCharsets.UTF_8)));
      return new EtcdLeadership(name, term, conditions, watch);
    }

    @Override
    public boolean holds() {
      return watch.holds();
    }

    @Override
    public void close() {
      watch.close();
    }
  }
}
