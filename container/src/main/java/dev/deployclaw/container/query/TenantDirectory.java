package dev.deployclaw.container.query;

import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.query.CommittedPolicies;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches the committed tenants. The index of an epoch is made once, on a thread of its own: a
 * search of a hundred thousand tenants reads no back end but for which epoch is committed. Any
 * thread.
 */
public final class TenantDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(TenantDirectory.class);

  /** For an index that isn't finished. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  private final Supplier<QueryService> queries;
  private final Duration longestWait;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Build last;

  /**
   * @param queries makes one for each use
   */
  public TenantDirectory(Supplier<QueryService> queries) {
    this(queries, LONGEST_WAIT);
  }

  TenantDirectory(Supplier<QueryService> queries, Duration longestWait) {
    this.queries = queries;
    this.longestWait = longestWait;
  }

  /**
   * The index of an epoch, and whether it is finished.
   *
   * @param of what is committed; empty for nothing
   */
  private record Build(Optional<CommittedEpoch> of, FutureTask<TenantIndex> index) {
    /** One that failed is made again. */
    boolean serves(Optional<CommittedEpoch> active) {
      return of.map(CommittedEpoch::epoch).equals(active.map(CommittedEpoch::epoch))
          && of.map(CommittedEpoch::digest).equals(active.map(CommittedEpoch::digest))
          && index.state() != Future.State.FAILED;
    }
  }

  /** The index isn't finished within the time that a call may wait. */
  public static final class NotReadyException extends RuntimeException {
    private NotReadyException(Optional<CommittedEpoch> of) {
      super("the limits of epoch " + of.map(CommittedEpoch::epoch).orElse(0L) + " are being read");
    }
  }

  /**
   * A search.
   *
   * @param words all of which must be in a tenant's name, labels, group or services
   * @param after begin behind this name
   */
  public record Search(List<String> words, Optional<String> after, int limit) {
    public Search {
      words = List.copyOf(words);
    }

    public static Search of(String text, Optional<String> after, int limit) {
      var words = text.strip().toLowerCase(Locale.ROOT).split("\\s+", -1);
      return new Search(Stream.of(words).filter(w -> !w.isEmpty()).toList(), after, limit);
    }
  }

  /**
   * Begins to read what is committed, where that isn't known yet: the first person who looks then
   * doesn't wait for it.
   */
  public void prepare() throws InterruptedException {
    try {
      var _ = build();
    } catch (Unreachable e) {
      LOG.atDebug().addKeyValue("reason", e.getMessage()).log("Tenants can't be read now");
    }
  }

  /**
   * The tenants that are found, by name.
   *
   * @throws Unreachable when the state store can't be read
   * @throws NotReadyException when the index isn't finished yet
   */
  public Map<String, Object> find(Search search) throws InterruptedException {
    return index().find(search);
  }

  /**
   * One tenant with all limits that apply to it, and where each comes from; empty for none.
   *
   * @throws Unreachable when the state store can't be read
   * @throws NotReadyException when the index isn't finished yet
   */
  public Optional<Map<String, Object>> tenant(String name) throws InterruptedException {
    var committed = index().committed();
    var overlays = queries.get().overlays(committed.epoch());
    return committed.set().tenant(name).map(tenant -> document(tenant, committed, overlays));
  }

  /**
   * The set of an epoch.
   *
   * @throws Unreachable when the state store can't be read, or doesn't have it
   */
  PolicySet set(long epoch) throws InterruptedException {
    if (epoch == 0) {
      return PolicySet.EMPTY;
    }
    var read = queries.get().policies(epoch);
    if (read.exit() == ExitCode.UNREACHABLE) {
      throw EstateQueries.unreachable(read.reason());
    }
    return read.set();
  }

  private static Map<String, Object> document(
      TenantPolicy tenant, CommittedPolicies committed, List<Overlay> overlays) {
    var groups = new ArrayList<TenantPolicy>();
    var set = committed.set();
    var at = tenant.parent().flatMap(set::tenant);
    while (at.isPresent() && groups.size() < PolicySet.MOST_GROUPS) {
      groups.add(at.get());
      at = at.get().parent().flatMap(set::tenant);
    }
    var limits = new ArrayList<Map<String, Object>>();
    tenant.limits().forEach(limit -> limits.add(plotted(tenant, limit)));
    groups.forEach(group -> group.limits().forEach(limit -> limits.add(plotted(group, limit))));
    var out = new LinkedHashMap<String, Object>();
    out.put("tenant", tenant.tenant());
    out.put("epoch", committed.epoch());
    out.put("labels", tenant.labels());
    out.put("groups", groups.stream().map(TenantPolicy::tenant).toList());
    out.put(
        "blocked_by",
        tenant.blocked()
            ? List.of(tenant.tenant())
            : groups.stream().filter(TenantPolicy::blocked).map(TenantPolicy::tenant).toList());
    out.put("limits", limits);
    var names = Stream.concat(Stream.of(tenant), groups.stream()).map(TenantPolicy::tenant);
    out.put(
        "overlays",
        names.flatMap(name -> overlays.stream().flatMap(o -> overlay(name, o).stream())).toList());
    return out;
  }

  /** What of an overlay is of a tenant or group; without its other tenants. */
  private static Optional<Map<String, Object>> overlay(String name, Overlay overlay) {
    if (!overlay.tenants().containsKey(name)) {
      return Optional.empty();
    }
    var out = new LinkedHashMap<String, Object>();
    out.put("tenant", name);
    var told = List.of("execution", "author", "at", "reason", "until");
    out.putAll(OutcomeDocuments.picked(overlay.toMap(), told));
    return Optional.of(out);
  }

  private TenantIndex index() throws InterruptedException {
    var build = build();
    try {
      return build.index().get(longestWait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new NotReadyException(build.of());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Unreachable gone
          ? gone
          : new IllegalStateException("an index can't be made", e.getCause());
    }
  }

  /** That of what is committed now, finished or not. */
  private Build build() throws InterruptedException {
    var known = last;
    var active = queries.get().active();
    if (known != null && known.serves(active)) {
      return known;
    }
    lock.lockInterruptibly();
    try {
      var now = queries.get().active(); // others may have moved on
      var latest = last;
      if (latest != null && latest.serves(now)) {
        return latest;
      }
      var task = new FutureTask<>(this::read);
      var next = new Build(now, task);
      last = next;
      Thread.ofPlatform().daemon().name("tenant-index").start(() -> make(task));
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** A page of all is there before what a search looks at. */
  private static void make(FutureTask<TenantIndex> task) {
    task.run();
    if (task.state() == Future.State.SUCCESS) {
      task.resultNow().words().run();
    }
  }

  private TenantIndex read() throws InterruptedException {
    var read = queries.get().policies();
    if (read.exit() == ExitCode.UNREACHABLE) {
      throw EstateQueries.unreachable(read.reason());
    }
    return TenantIndex.of(read);
  }

  private static Map<String, Object> plotted(TenantPolicy owner, Limit limit) {
    var out = TenantIndex.limit(owner, limit);
    out.put("requests", limit.requests());
    out.put("window_seconds", limit.window().toSeconds());
    out.put("algorithm", limit.algorithm().word());
    LimitCurve.of(limit).ifPresent(curve -> out.put("curve", curve));
    return out;
  }
}
