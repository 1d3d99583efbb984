package dev.deployclaw.core.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rules of the committed epoch that somebody changed on a node. */
class RuleDriftTest {
  private static final String ALL = "0-16383";
  private static final PolicySet SET =
      PolicySet.of(
          List.of(
              PolicyDocumentReader.parse("acme", FakeSourcesExecutor.document("acme", 600))
                  .policy()
                  .orElseThrow(),
              PolicyDocumentReader.parse("zenith", FakeSourcesExecutor.document("zenith", 60))
                  .policy()
                  .orElseThrow()),
          List.of(),
          "");
  private static final ChangePlan.Ground BASE = new ChangePlan.Ground(4, SET.digest(), 40);

  @Test
  void saysNothingWhereTheyAreThoseOfTheSet() {
    assertThat(compare(ALL, 2, hash(lines()))).isEmpty();
  }

  @Test
  void namesNodesWhoseRulesWereChangedLostOrAdded() {
    assertThat(compare(ALL, 2, "0bad"))
        .extracting(Discrepancy::kind)
        .containsExactly(Kind.DIFFERENT);
    assertThat(compare(ALL, 1, "0bad")).extracting(Discrepancy::kind).containsExactly(Kind.MISSING);
    assertThat(compare(ALL, 3, "0bad")).extracting(Discrepancy::kind).containsExactly(Kind.EXTRA);
  }

  @Test
  void countsOnlyTheSlotsThatTheNodeAnswersFor() {
    assertThat(compare("", 0, "")).isEmpty();
    assertThat(compare("", 2, hash(lines())))
        .extracting(Discrepancy::kind)
        .containsExactly(Kind.EXTRA);
    var rules = new StagedRules(SET, 4, SET.digest());
    var acme = SET.tenant("acme").orElseThrow();
    assertThat(compare("" + rules.slot(acme), 0, ""))
        .extracting(Discrepancy::kind)
        .containsExactly(Kind.MISSING);
  }

  private static List<Discrepancy> compare(String slots, long tenants, String sha256) {
    Map<String, Object> staged =
        tenants == 0 ? Map.of() : Map.of("4", Map.of("tenants", tenants, "sha256", sha256));
    var node =
        MemberReport.yes(
            "redis/a", SET.digest(), Map.of("epoch", 4L, "slots", slots, "staged", staged));
    var looks = Map.of("redis.scan", CallOutcome.done(List.of(node)));
    return DriftComparison.of(BASE, SET, looks, new TreeMap<>());
  }

  private static List<String> lines() {
    var lines = new ArrayList<String>();
    for (var hash : new StagedRules(SET, 4, SET.digest()).hashes()) {
      hash.fields().forEach((field, value) -> lines.add(hash.key() + " " + field + " " + value));
    }
    Collections.sort(lines);
    return lines;
  }

  private static String hash(List<String> lines) {
    return CanonicalJson.sha256(CanonicalJson.bytes(lines));
  }
}
