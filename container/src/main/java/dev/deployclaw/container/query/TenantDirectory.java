package dev.deployclaw.container.query;

import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.query.CommittedPolicies;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.LimitFormatter;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Searches the committed tenants. The set of an epoch is read once and kept while memory allows: a
 * search of a hundred thousand tenants reads no back end but for which epoch is committed. Any
 * thread.
 */
public final class TenantDirectory {
  /** Limits of one tenant in a list. */
  private static final int MOST_LIMITS = 8;

  private final Supplier<QueryService> queries;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable SoftReference<Index> last;
  private String digest = "";

  /**
   * @param queries makes one for each use
   */
  public TenantDirectory(Supplier<QueryService> queries) {
    this.queries = queries;
  }

  /**
   * The committed set, ready to be searched.
   *
   * @param entries by name
   */
  private record Index(CommittedPolicies committed, List<Entry> entries) {
    static Index of(CommittedPolicies committed) {
      return new Index(
          committed, committed.set().tenants().values().stream().map(Entry::of).toList());
    }
  }

  /**
   * A tenant.
   *
   * @param words by which it is found, a line each, in lower case
   */
  private record Entry(TenantPolicy tenant, String words) {
    static Entry of(TenantPolicy tenant) {
      var words = new StringJoiner("\n").add(tenant.tenant());
      tenant.parent().ifPresent(words::add);
      tenant.labels().forEach((name, value) -> words.add(name + "=" + value));
      tenant.limits().forEach(limit -> limit.match().service().ifPresent(words::add));
      return new Entry(tenant, words.toString().toLowerCase(Locale.ROOT));
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
      var words = List.of(text.strip().toLowerCase(Locale.ROOT).split("\\s+", -1));
      return new Search(words, after, limit);
    }
  }

  /**
   * The tenants that are found, by name.
   *
   * @throws Unreachable when the state store can't be read
   */
  public Map<String, Object> find(Search search) throws InterruptedException {
    var index = index();
    var rows = new ArrayList<Map<String, Object>>();
    int found = 0;
    boolean more = false;
    for (var entry : index.entries()) {
      if (search.words().stream().allMatch(entry.words()::contains)) {
        var tenant = entry.tenant();
        found++;
        boolean behind = search.after().filter(a -> tenant.tenant().compareTo(a) <= 0).isEmpty();
        more |= behind && rows.size() == search.limit();
        if (behind && rows.size() < search.limit()) {
          rows.add(row(tenant));
        }
      }
    }
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", index.committed().epoch());
    out.put("all", index.entries().size());
    out.put("found", found);
    out.put("tenants", rows);
    if (more) {
      out.put("next", rows.getLast().get("tenant"));
    }
    return out;
  }

  /**
   * One tenant with all limits that apply to it, and where each comes from; empty for none.
   *
   * @throws Unreachable when the state store can't be read
   */
  public Optional<Map<String, Object>> tenant(String name) throws InterruptedException {
    var committed = index().committed();
    var overlays = queries.get().overlays(committed.epoch());
    return committed.set().tenant(name).map(tenant -> document(tenant, committed, overlays));
  }

  /**
   * The set of an epoch: the copy that is kept, where it is of that one.
   *
   * @throws Unreachable when the state store can't be read, or doesn't have it
   */
  PolicySet set(long epoch) throws InterruptedException {
    if (epoch == 0) {
      return PolicySet.EMPTY;
    }
    var known = index().committed();
    var read = known.epoch() == epoch ? known : queries.get().policies(epoch);
    if (read.exit() == ExitCode.UNREACHABLE) {
      throw unreachable(read.reason());
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
    var all = overlay.toMap();
    for (String key : List.of("execution", "author", "at", "reason", "until")) {
      Optional.ofNullable(all.get(key)).ifPresent(value -> out.put(key, value));
    }
    return Optional.of(out);
  }

  private Index index() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      String active = queries.get().active().map(a -> a.epoch() + " " + a.digest()).orElse("");
      var known = last == null ? null : last.get();
      if (known != null && active.equals(digest)) {
        return known;
      }
      var read = queries.get().policies();
      if (read.exit() == ExitCode.UNREACHABLE) {
        throw unreachable(read.reason());
      }
      var index = Index.of(read);
      last = new SoftReference<>(index);
      digest = active;
      return index;
    } finally {
      lock.unlock();
    }
  }

  private static Unreachable unreachable(String reason) {
    return new Unreachable(reason, new IllegalStateException(reason));
  }

  private static Map<String, Object> row(TenantPolicy tenant) {
    var out = new LinkedHashMap<String, Object>();
    out.put("tenant", tenant.tenant());
    out.put("labels", tenant.labels());
    tenant.parent().ifPresent(parent -> out.put("group", parent));
    out.put("blocked", tenant.blocked());
    out.put(
        "limits",
        tenant.limits().stream().limit(MOST_LIMITS).map(limit -> limit(tenant, limit)).toList());
    out.put("more_limits", Math.max(0, tenant.limits().size() - MOST_LIMITS));
    return out;
  }

  private static Map<String, Object> plotted(TenantPolicy owner, Limit limit) {
    var out = limit(owner, limit);
    out.put("requests", limit.requests());
    out.put("window_seconds", limit.window().toSeconds());
    out.put("algorithm", limit.algorithm().word());
    LimitCurve.of(limit).ifPresent(curve -> out.put("curve", curve));
    return out;
  }

  private static Map<String, Object> limit(TenantPolicy owner, Limit limit) {
    var match = limit.match();
    var out = new LinkedHashMap<String, Object>();
    out.put("owner", owner.tenant());
    out.put("limit", limit.name());
    out.put("text", LimitFormatter.numbers(limit));
    out.put("burst", limit.burst());
    match.service().ifPresent(service -> out.put("service", service));
    match.route().ifPresent(route -> out.put("route", route));
    match.method().ifPresent(method -> out.put("method", method));
    return out;
  }
}
