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

/**
 * The tenants of one epoch, ready to be searched. Made once for the epoch; a page of all costs what
 * is on it, and one of a search a look at each tenant's words. Immutable.
 *
 * @param entries by name
 */
record TenantIndex(CommittedPolicies committed, List<Entry> entries) {
  /** Limits of one tenant in a list. */
  private static final int MOST_LIMITS = 8;

  static TenantIndex of(CommittedPolicies committed) {
    return new TenantIndex(
        committed, committed.set().tenants().values().stream().map(Entry::of).toList());
  }

  /**
   * A tenant.
   *
   * @param words by which it is found, a line each, in lower case
   */
  record Entry(TenantPolicy tenant, String words) {
    static Entry of(TenantPolicy tenant) {
      var words = new StringJoiner("\n").add(tenant.tenant());
      tenant.parent().ifPresent(words::add);
      tenant.labels().forEach((name, value) -> words.add(name + "=" + value));
      tenant.limits().forEach(limit -> limit.match().service().ifPresent(words::add));
      return new Entry(tenant, words.toString().toLowerCase(Locale.ROOT));
    }

    boolean has(String[] all) {
      for (String one : all) {
        if (!words.contains(one)) {
          return false;
        }
      }
      return true;
    }
  }

  /** The tenants that are found, by name. */
  Map<String, Object> find(TenantDirectory.Search search) {
    var found = search.words().isEmpty() ? entries : matching(search.words());
    int from = search.after().map(name -> behind(name, found)).orElse(0);
    var page = found.subList(from, Math.min(found.size(), from + search.limit()));
    var rows = page.stream().map(entry -> row(entry.tenant())).toList();
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", committed.epoch());
    out.put("all", entries.size());
    out.put("found", found.size());
    out.put("tenants", rows);
    if (from + page.size() < found.size()) {
      out.put("next", page.getLast().tenant().tenant());
    }
    return out;
  }

  private List<Entry> matching(List<String> words) {
    var out = new ArrayList<Entry>();
    var all = words.toArray(String[]::new); // to go through a list takes an object for each tenant
    for (var entry : entries) {
      if (entry.has(all)) {
        out.add(entry);
      }
    }
    return out;
  }

  /** Where those begin that come after a name, whether or not it is among them. */
  private static int behind(String name, List<Entry> sorted) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      boolean before = sorted.get(middle).tenant().tenant().compareTo(name) <= 0;
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
