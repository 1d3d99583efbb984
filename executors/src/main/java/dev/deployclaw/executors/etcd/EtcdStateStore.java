package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.StateStore;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.PutOption;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * etcd as the one place that decides. Reads are linearizable (etcd's default); every call is
 * bounded by the settings' timeout. Calls may come from several threads.
 */
public final class EtcdStateStore implements StateStore {
  /** etcd refuses a transaction with more comparisons or operations (its default). */
  public static final int MOST_OPERATIONS = 128;

  /** Entries in one answer of {@link #list}: 32 chunks of a mebibyte stay within the limit. */
  private static final int PAGE = 32;

  /** The most pages that one listing reads. */
  private static final int MOST_PAGES = 10_000;

  private final EtcdClient link;

  public EtcdStateStore(EtcdSettings settings) {
    this.link = new EtcdClient(settings);
  }

  @Override
  public Optional<Entry> get(String key) throws InterruptedException {
    try {
      var answer = link.call(c -> c.getKVClient().get(EtcdClient.bytes(key)));
      return answer.getKvs().stream().findFirst().map(EtcdStateStore::entry);
    } catch (EtcdClient.Failed e) {
      throw new Unreachable(e.fault().reason(), e);
    }
  }

  /** In one transaction. */
  @Override
  public List<Entry> get(List<String> keys) throws InterruptedException {
    if (keys.size() > MOST_OPERATIONS) {
      throw new IllegalArgumentException("more than 128 keys in one transaction");
    }
    if (keys.isEmpty()) {
      return List.of();
    }
    Op[] reads =
        keys.stream().map(k -> Op.get(EtcdClient.bytes(k), GetOption.DEFAULT)).toArray(Op[]::new);
    try {
      var answer = link.call(c -> c.getKVClient().txn().Then(reads).commit());
      return answer.getGetResponses().stream()
          .flatMap(r -> r.getKvs().stream())
          .map(EtcdStateStore::entry)
          .toList();
    } catch (EtcdClient.Failed e) {
      throw new Unreachable(e.fault().reason(), e);
    }
  }

  /** All pages are read at the revision of the first, so the listing is one snapshot. */
  @Override
  public SortedMap<String, Long> revisions(String prefix) throws InterruptedException {
    var found = new TreeMap<String, Long>();
    below(prefix, true).forEach(entry -> found.put(entry.key(), entry.modRevision()));
    return found;
  }

  @Override
  public List<Entry> list(String prefix) throws InterruptedException {
    return below(prefix, false);
  }

  /** Page by page, all of one revision. */
  private List<Entry> below(String prefix, boolean keysOnly) throws InterruptedException {
    ByteSequence end = OptionsUtil.prefixEndOf(EtcdClient.bytes(prefix));
    List<Entry> all = new ArrayList<>();
    ByteSequence from = EtcdClient.bytes(prefix);
    long revision = 0;
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      var option =
          GetOption.builder()
              .withRange(end)
              .withLimit(PAGE)
              .withRevision(revision)
              .withKeysOnly(keysOnly)
              .build();
      GetResponse page = page(from, option);
      page.getKvs().forEach(kv -> all.add(entry(kv)));
      if (!page.isMore()) {
        return all;
      }
      revision = revision == 0 ? page.getHeader().getRevision() : revision;
      from = EtcdClient.bytes(all.getLast().key() + "\0");
    }
    throw new IllegalStateException("more than " + MOST_PAGES + " pages below " + prefix);
  }

  @Override
  public Result transact(Transaction transaction) throws InterruptedException {
    if (transaction.conditions().size() > MOST_OPERATIONS
        || transaction.writes().size() > MOST_OPERATIONS) {
      throw new IllegalArgumentException("more than 128 conditions or writes in one transaction");
    }
    Cmp[] conditions =
        transaction.conditions().stream().map(EtcdStateStore::compare).toArray(Cmp[]::new);
    Op[] writes = transaction.writes().stream().map(EtcdStateStore::operation).toArray(Op[]::new);
    try {
      TxnResponse answer =
          link.call(c -> c.getKVClient().txn().If(conditions).Then(writes).commit());
      return answer.isSucceeded()
          ? new Result.Applied(answer.getHeader().getRevision())
          : new Result.Refused();
    } catch (EtcdClient.Failed e) {
      return switch (e.fault()) {
        case CallFault.Unknown(String reason) -> new Result.Unknown(reason);
        case CallFault.Unavailable(String reason) -> throw new Unreachable(reason, e);
        case CallFault.Denied(String reason) -> throw new Unreachable(reason, e);
        case CallFault.Ungranted(String reason) -> throw new Unreachable(reason, e);
        case CallFault.Invalid(String reason) -> throw new IllegalArgumentException(reason, e);
        case CallFault.Conflict(String reason) -> throw new IllegalStateException(reason, e);
      };
    }
  }

  @Override
  public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
    return EtcdElection.stand(link, this, name, lease);
  }

  @Override
  public void close() {
    link.close();
  }

  static Cmp compare(Condition condition) {
    return switch (condition) {
      case Condition.Absent(String key) -> equal(key, CmpTarget.version(0));
      case Condition.Unmoved(String key, long revision) ->
          equal(key, CmpTarget.modRevision(revision));
      case Condition.Holds(String key, byte[] value) ->
          equal(key, CmpTarget.value(EtcdClient.bytes(value)));
    };
  }

  private static Op operation(Write write) {
    return switch (write) {
      case Write.Put(String key, byte[] value) ->
          Op.put(EtcdClient.bytes(key), EtcdClient.bytes(value), PutOption.DEFAULT);
      case Write.Delete(String key) -> Op.delete(EtcdClient.bytes(key), DeleteOption.DEFAULT);
      case Write.Clear(String prefix) -> {
        var from = EtcdClient.bytes(prefix);
        var below = DeleteOption.builder().withRange(OptionsUtil.prefixEndOf(from)).build();
        yield Op.delete(from, below);
      }
    };
  }

  private GetResponse page(ByteSequence from, GetOption option) throws InterruptedException {
    try {
      return link.call(c -> c.getKVClient().get(from, option));
    } catch (EtcdClient.Failed e) {
      throw new Unreachable(e.fault().reason(), e);
    }
  }

  private static Cmp equal(String key, CmpTarget<?> target) {
    return new Cmp(EtcdClient.bytes(key), Cmp.Op.EQUAL, target);
  }

  private static Entry entry(KeyValue kv) {
    return new Entry(
        kv.getKey().toString(StandardCharsets.UTF_8),
        kv.getValue().getBytes(),
        kv.getCreateRevision(),
        kv.getModRevision());
  }
}
