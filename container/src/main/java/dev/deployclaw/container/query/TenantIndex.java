package dev.deployclaw.container.query;

import dev.deployclaw.core.query.CommittedPolicies;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.LimitFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The tenants of one epoch, ready to be searched. Made once for the epoch; a page of all costs what
 * is on it, and one of a search a look at each tenant's words. Any thread.
 *
 * @param tenants by name
 * @param words by which each is found, a line each, in lower case; made before the first search, or
 *     by it
 */
record TenantIndex(
    CommittedPolicies committed, List<TenantPolicy> tenants, FutureTask<List<String>> words) {
  /** Limits of one tenant in a list. */
  private static final int MOST_LIMITS = 8;

  static TenantIndex of(CommittedPolicies committed) {
    var tenants = List.copyOf(committed.set().tenants().values());
    return new TenantIndex(
        committed,
        tenants,
        new FutureTask<>(() -> tenants.stream().map(TenantIndex::words).toList()));
  }

  private static String words(TenantPolicy tenant) {
    var words = new StringJoiner("\n").add(tenant.tenant());
    tenant.parent().ifPresent(words::add);
    tenant.labels().forEach((name, value) -> words.add(name + "=" + value));
    tenant.limits().forEach(limit -> limit.match().service().ifPresent(words::add));
    return words.toString().toLowerCase(Locale.ROOT);
  }

  /** The tenants that are found, by name. */
  Map<String, Object> find(TenantDirectory.Search search) throws InterruptedException {
    var found = search.words().isEmpty() ? tenants : matching(search.words());
    int from = search.after().map(name -> behind(name, found)).orElse(0);
    var page = found.subList(from, Math.min(found.size(), from + search.limit()));
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", committed.epoch());
    out.put("all", tenants.size());
    out.put("found", found.size());
    out.put("tenants", page.stream().map(TenantIndex::row).toList());
    if (from + page.size() < found.size()) {
      out.put("next", page.getLast().tenant());
    }
    return out;
  }

  private List<TenantPolicy> matching(List<String> wanted) throws InterruptedException {
    words.run(); // on one thread, once
    var lines = result();
    var out = new ArrayList<TenantPolicy>();
    var all = wanted.toArray(String[]::new); // to go through a list takes an object for each tenant
    for (int i = 0; i < tenants.size(); i++) {
      if (hasAll(lines.get(i), all)) {
        out.add(tenants.get(i));
      }
    }
    return out;
  }

  private List<String> result() throws InterruptedException {
    try {
      return words.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("words can't be made", e.getCause());
    }
  }

  private static boolean hasAll(String line, String[] words) {
    for (String one : words) {
      if (!line.contains(one)) {
        return false;
      }
    }
    return true;
  }

  /** Where those begin that come after a name, whether or not it is among them. */
  private static int behind(String name, List<TenantPolicy> sorted) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      boolean before = sorted.get(middle).tenant().compareTo(name) <= 0;
      low = before ? middle + 1 : low;
      high = before ? high : middle;
    }
    return low;
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

  static Map<String, Object> limit(TenantPolicy owner, Limit limit) {
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
