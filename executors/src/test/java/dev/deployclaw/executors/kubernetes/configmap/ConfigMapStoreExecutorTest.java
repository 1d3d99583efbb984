package dev.deployclaw.executors.kubernetes.configmap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.source.ConfigMapSourceExecutor;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Services that read one ConfigMap see one whole epoch, or what stood there before. */
class ConfigMapStoreExecutorTest extends ServedConfigMapCases {
  @Test
  void stagesWhereNobodyReads() throws Exception {
    var staged = report(new ExecutorCall.Stage(activation(1, FIRST)));
    var again = report(new ExecutorCall.Stage(activation(1, FIRST)));
    var vote = report(new ExecutorCall.Prepare(activation(1, FIRST)));

    assertThat(staged.answer()).as(staged.reason()).isEqualTo(Answer.YES);
    assertThat(again.answer()).as("repeated").isEqualTo(Answer.YES);
    assertThat(staged.member()).isEqualTo("configuration/shop");
    assertThat(vote.digest()).isEqualTo(FIRST.digest());
    assertThat(server.object(SERVED)).isEmpty();
  }

  @Test
  void switchesServicesFromOneWholeEpochToTheNextInOneWrite() throws Exception {
    carryOut(activation(1, FIRST));
    int before = writes();

    carryOut(activation(2, SECOND));

    String tenant = SECOND.tenants().firstKey();
    assertThat(writes() - before).isEqualTo(1);
    assertThat(served("active")).isEqualTo("{\"digest\":\"" + SECOND.digest() + "\",\"epoch\":2}");
    assertThat(served(tenant + ".yaml"))
        .isEqualTo(PolicyYamlWriter.yaml(SECOND.tenant(tenant).orElseThrow()));
    assertThat(live().path("data")).hasSize(21);
    assertThat(report(new ExecutorCall.Converge(activation(2, SECOND))).answer())
        .isEqualTo(Answer.YES);
    assertThat(report(new ExecutorCall.Converge(activation(1, FIRST))).answer())
        .isEqualTo(Answer.NO);
    assertThat(report(new ExecutorCall.Observe()).digest()).isEqualTo(SECOND.digest());
  }

  @Test
  void votesNoOnWhatIsNotWhatWasStaged() throws Exception {
    report(new ExecutorCall.Stage(activation(1, FIRST)));
    server.remove(MAPS + "deployclaw-limits-e1");
    var missing = report(new ExecutorCall.Prepare(activation(1, FIRST)));
    server.put(
        MAPS + "deployclaw-limits-e1",
        "somebody",
        Estate.json("{'metadata':{'namespace':'shop','name':'deployclaw-limits-e1'},'data':{}}"));

    var differing = report(new ExecutorCall.Prepare(activation(1, FIRST)));

    assertThat(missing.reason()).isEqualTo("epoch 1 isn't staged");
    assertThat(differing.answer()).isEqualTo(Answer.NO);
    assertThat(differing.reason()).contains("differs: delete ConfigMap deployclaw-limits-e1");
    assertThat(report(new ExecutorCall.Discard(1)).reason()).contains("is left alone");
  }

  @Test
  void votesNoWhereSomebodyElseAppliesWhatIsServed() throws Exception {
    byHand("kubectl-create");
    server.apply(
        SERVED, "argocd-controller", Estate.json("{'metadata':{},'data':{'rate.conf':'9'}}"));
    report(new ExecutorCall.Stage(activation(1, FIRST)));

    var vote = report(new ExecutorCall.Prepare(activation(1, FIRST)));

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).startsWith("argocd-controller applies keys of ConfigMap limits");
  }

  @Test
  void refusesWhatAConfigMapCantHold() throws Exception {
    var large = SampleSets.of(6_000);

    var staged = report(new ExecutorCall.Stage(activation(1, large)));

    assertThat(staged.answer()).isEqualTo(Answer.NO);
    assertThat(staged.reason()).contains("serve them from an etcd prefix");
  }

  @Test
  void tellsTheMarksOfWhoWasThereLast() throws Exception {
    assertThat(report(new ExecutorCall.Look("marks", Map.of())).facts()).containsEntry("epoch", 0L);

    carryOut(activation(2, FIRST));

    assertThat(report(new ExecutorCall.Look("marks", Map.of())).facts()).containsEntry("epoch", 2L);
  }

  @Test
  void noticesWhoChangedWhatIsServed() throws Exception {
    carryOut(activation(1, FIRST));

    server.edit(SERVED, "kubectl-edit", o -> o.withObject("/data").put("active", "mine"));

    var seen = report(new ExecutorCall.Look("scan", Map.of()));
    assertThat(seen.answer()).isEqualTo(Answer.NO);
    assertThat(seen.reason())
        .startsWith("its documents of epoch 1 were changed, by kubectl-edit at ");
    assertThat(report(new ExecutorCall.Converge(activation(1, FIRST))).answer())
        .isEqualTo(Answer.NO);

    assertThat(seen.facts().toString()).doesNotContain("active=mine");
    assertThat(report(new ExecutorCall.Observe()).facts().toString()).contains("active=mine");
    carryOut(activation(2, FIRST));
    assertThat(report(new ExecutorCall.Observe()).digest()).as("mended").isEqualTo(FIRST.digest());
  }

  @Test
  void refusesAnAgentThatLostTheLeadAndALowerEpoch() throws Exception {
    report(new ExecutorCall.Stage(activation(1, FIRST)));
    carryOut(activation(2, SECOND));

    var staged = report(new ExecutorCall.Stage(activation(3, FIRST)), OLDER);
    var published = report(new ExecutorCall.Publish(activation(3, FIRST)), OLDER);
    var lower = report(new ExecutorCall.Publish(activation(1, FIRST)));

    assertThat(staged.reason()).isEqualTo("the leader of the later term 7 published there");
    assertThat(published.answer()).isEqualTo(Answer.NO);
    assertThat(lower.reason()).isEqualTo("the later epoch 2 is served there");
    assertThat(report(new ExecutorCall.Observe()).digest()).isEqualTo(SECOND.digest());
  }

  @Test
  void aChangeBetweenTheLookAndTheWriteStartsItAgain() throws Exception {
    carryOut(activation(1, FIRST));
    report(new ExecutorCall.Stage(activation(2, SECOND)));
    var patches = new AtomicInteger();
    server.rule(asked -> {
      if (asked.method().equals("PATCH") && patches.incrementAndGet() == 1) {
        server.edit(SERVED, "somebody", o -> o.withObject("/metadata/labels").put("x", "y"));
      }
      return Optional.empty();
    });

    var published = report(new ExecutorCall.Publish(activation(2, SECOND)));

    assertThat(published.answer()).as(published.reason()).isEqualTo(Answer.YES);
    assertThat(patches.get()).isEqualTo(2);
    assertThat(live().at("/metadata/labels/x").asText()).isEqualTo("y");
  }

  @Test
  void keepsTheServedEpochAndRemovesAnother() throws Exception {
    report(new ExecutorCall.Stage(activation(1, FIRST)));
    carryOut(activation(2, SECOND));

    assertThat(report(new ExecutorCall.Discard(2)).reason()).contains("epoch 2 is served there");
    assertThat(report(new ExecutorCall.Discard(1)).answer()).isEqualTo(Answer.YES);
    assertThat(server.object(MAPS + "deployclaw-limits-e1")).isEmpty();
    assertThat(server.object(MAPS + "deployclaw-limits-e2")).isPresent();
  }

  @Test
  void isNoSourceOfPolicies() throws Exception {
    carryOut(activation(1, FIRST));
    var sources =
        new ConfigMapSourceExecutor(
            link, List.of(new ConfigMapSource("shop", "", List.of("*"), WriteBackMode.NONE)));

    var read = sources.execute(invocation(new ExecutorCall.Look("read", Map.of()), FENCE));

    assertThat(((CallOutcome.Done) read).reports()).isEmpty();
  }

  @Test
  void saysUnknownWhereTheServerIsDown() throws Exception {
    server.close();

    assertThat(report(new ExecutorCall.Observe()).answer()).isEqualTo(Answer.UNKNOWN);
  }

  private int writes() {
    return (int) server.requests().stream().filter(r -> r.startsWith("PATCH " + SERVED)).count();
  }

  private String served(String key) {
    return live().path("data").path(key).asText();
  }
}
