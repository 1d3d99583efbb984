package dev.deployclaw.bench.policy;

import com.sun.management.ThreadMXBean;
import dev.deployclaw.bench.measure.HeapPeakMeter;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.sample.SampleEstate;
import dev.deployclaw.core.compile.CheckedTarget;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import dev.deployclaw.policy.source.CollectedPolicies;
import dev.deployclaw.policy.source.PolicyCollector;
import dev.deployclaw.policy.source.PolicySource;
import dev.deployclaw.policy.source.TenantDefinitionRights;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What it takes to validate a set of tenants, as a plan does: their documents are read, and all
 * checks are made against what is committed.
 *
 * @param read nanoseconds for the documents
 * @param checked nanoseconds for the checks
 * @param findings how many
 * @param allocated bytes for both together
 * @param most bytes of the heap after any collection, the documents' texts included
 * @param kept bytes of the policies and findings
 */
record ValidationFigures(
    int tenants,
    TimingSamples read,
    TimingSamples checked,
    int findings,
    long allocated,
    long most,
    long kept) {
  private static final String HOME = "bench";
  private static final TenantDefinitionRights ALL =
      TenantDefinitionRights.of(Map.of(HOME, Set.of(TenantDefinitionRights.ANY)));
  private static final int STEP_FACTOR = 10;
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  /** Rounds of the warm-up are thrown away. */
  static ValidationFigures measure(int tenants, int warmUp, int rounds) {
    var committed = SampleEstate.of(tenants);
    var documents = documents(SampleEstate.changed(committed));
    List<Round> all = new ArrayList<>();
    try (var peak = new HeapPeakMeter()) {
      long before = HeapPeakMeter.live();
      for (int i = 0; i < warmUp + rounds; i++) {
        all.add(Round.of(documents, committed));
      }
      var last = all.getLast();
      var measured = all.subList(warmUp, all.size());
      all.subList(0, all.size() - 1).replaceAll(Round::withoutResult);
      long kept = HeapPeakMeter.live() - before;
      return new ValidationFigures(
          tenants,
          new TimingSamples(measured.stream().map(Round::read).toList()),
          new TimingSamples(measured.stream().map(Round::checked).toList()),
          last.result().getFirst().findings().size(),
          last.allocated(),
          peak.most(),
          kept);
    }
  }

  /**
   * One round.
   *
   * @param result what it came to, or nothing where it isn't needed any more
   */
  private record Round(long read, long checked, long allocated, List<CheckedTarget> result) {
    static Round of(List<PolicySource> documents, PolicySet committed) {
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      long begin = System.nanoTime();
      var collected = PolicyCollector.collect(documents, ALL, committed.tenants().keySet());
      long read = System.nanoTime();
      var result = check(collected, committed);
      long end = System.nanoTime();
      long more = THREADS.getCurrentThreadAllocatedBytes() - allocated;
      return new Round(read - begin, end - read, more, List.of(result));
    }

    Round withoutResult() {
      return new Round(read, checked, allocated, List.of());
    }
  }

  private static CheckedTarget check(CollectedPolicies collected, PolicySet committed) {
    if (!collected.problems().isEmpty()) {
      throw new IllegalStateException(collected.problems().getFirst().text());
    }
    var set = PolicySet.of(collected.policies().values(), List.of(), "");
    var result = CheckedTarget.of(set, committed, SampleEstate.measured(), STEP_FACTOR);
    if (!result.leftOut().isEmpty()) {
      throw new IllegalStateException("left out: " + result.leftOut());
    }
    return result;
  }

  private static List<PolicySource> documents(PolicySet set) {
    return set.tenants().values().stream()
        .<PolicySource>map(t ->
            new PolicySource.Document(
                HOME + "/" + t.tenant() + ".yaml", HOME, PolicyYamlWriter.yaml(t)))
        .toList();
  }

  /** In nanoseconds. */
  long median() {
    return read.median() + checked.median();
  }

  /**
   * In thousandths: how much longer one of many takes than one of fewer; 1,000 where the cost is
   * linear.
   */
  static long growth(ValidationFigures few, ValidationFigures many) {
    return many.median() * 1_000 / many.tenants() / (few.median() / few.tenants());
  }

  /** Whole numbers only. */
  Map<String, Object> json() {
    var out = new LinkedHashMap<String, Object>();
    out.put("tenants", tenants);
    out.put("read_us", read.median() / 1_000);
    out.put("checked_us", checked.median() / 1_000);
    out.put("findings", findings);
    out.put("allocated_bytes", allocated);
    out.put("most_heap_bytes", most);
    out.put("kept_bytes", kept);
    return out;
  }
}
