package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.kubernetes.ApiServer.Asked;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would refuse a publish refuses the vote. */
class KubernetesVoteTest {
  private static final String DENIED =
      "deployments.apps \"gw\" is forbidden: User \"system:serviceaccount:edge:deployclaw\" cannot"
          + " patch resource \"deployments\" in API group \"apps\" in the namespace \"edge\"";

  @TempDir Path folder;

  private final EpochSpec first = activation(set(1), 1);
  private final List<Asked> writes = new CopyOnWriteArrayList<>();
  @AutoClose private Estate estate;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
    estate.api().rule(this::note);
  }

  @Test
  void aMissingRightIsANoThatNamesTheRule() {
    refuse(403, "Forbidden", DENIED);

    var vote = vote(first);

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason())
        .contains("may not patch deployments gw in edge")
        .contains("{apiGroups: [\"apps\"], resources: [\"deployments\"], verbs: [\"patch\"]}");
    assertThat(estate.checks()).isEmpty();
  }

  @Test
  void whatAdmissionWouldRefuseIsANoInItsOwnWords() {
    refuse(403, "Forbidden", "admission webhook \"freeze.acme\" denied the request: no changes");

    assertThat(vote(first).reason()).contains("refused by admission").contains("no changes");
  }

  @Test
  void whatIsInvalidIsANo() {
    refuse(422, "Invalid", "Deployment.apps \"gw\" is invalid: spec.template: Required value");

    var vote = vote(first);

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("spec.template: Required value");
  }

  @Test
  void aWriteOfAnnotationsAloneNeedsTheRightToo() {
    activate(first);
    refuse(403, "Forbidden", DENIED);

    assertThat(vote(activation(set(1, Tenants.acme()), 2)).reason()).contains("may not patch");
  }

  @Test
  void theWayBackToWhatWasFoundNeedsTheRightToo() {
    var observed = estate.ask(new ExecutorCall.Observe());
    activate(first);
    refuse(403, "Forbidden", DENIED);

    assertThat(vote(Estate.restoring(observed, 2)).reason()).contains("may not patch");
  }

  @Test
  void sendsWhatAPublishSendsAndStoresNothing() {
    var before = estate.deploymentNow();
    assertThat(vote(first).answer()).isEqualTo(Answer.YES);
    assertThat(estate.deploymentNow()).isEqualTo(before);

    assertThat(estate.ask(new ExecutorCall.Publish(first)).answer()).isEqualTo(Answer.YES);

    assertThat(writes).hasSize(2);
    var asked = writes.getFirst();
    var sent = writes.getLast();
    assertThat(asked.query()).containsEntry("dryRun", "All");
    assertThat(sent.query()).doesNotContainKey("dryRun");
    assertThat(asked.type()).isEqualTo(sent.type());
    assertThat(asked.body()).isEqualTo(sent.body());
  }

  @Test
  void asksTheSameOfAPatch() {
    int small = 5_000;
    var large = activation(set(80), 1);
    estate.ask(new ExecutorCall.Stage(large), 7, small);

    var before = estate.deploymentNow();
    assertThat(estate.ask(new ExecutorCall.Prepare(large), 7, small).answer())
        .isEqualTo(Answer.YES);
    assertThat(estate.deploymentNow()).isEqualTo(before);
    assertThat(estate.ask(new ExecutorCall.Publish(large), 7, small).answer())
        .isEqualTo(Answer.YES);

    assertThat(writes).extracting(Asked::type).containsOnly("application/json-patch+json");
    assertThat(writes.getFirst().body()).isEqualTo(writes.getLast().body());
  }

  @Test
  void asksNothingWhereNothingWouldBeWritten() {
    activate(first);
    writes.clear();

    assertThat(vote(first).answer()).isEqualTo(Answer.YES);

    assertThat(writes).isEmpty();
  }

  @Test
  void triesAgainWhereSomebodyWasFaster() {
    var once = new AtomicBoolean(true);
    estate
        .api()
        .rule(asked -> {
          if (isWrite(asked) && once.getAndSet(false)) {
            estate.api().edit(DEPLOYMENT, "kubectl", d -> d.withObject("/spec").put("replicas", 3));
          }
          return Optional.empty();
        });

    assertThat(vote(first).answer()).isEqualTo(Answer.YES);
  }

  /** Webhooks of old releases may have side effects, and then no dry run passes them. */
  @Test
  void aWebhookThatKnowsNoDryRunDoesNotStopAChange() {
    refuse(400, "BadRequest", "admission webhook \"old.acme\" does not support dry run");

    var vote = vote(first);

    assertThat(vote.answer()).as(vote.reason()).isEqualTo(Answer.YES);
    assertThat(String.valueOf(vote.facts().get("dry_run"))).contains("old.acme");
  }

  private MemberReport vote(EpochSpec activation) {
    assertThat(estate.ask(new ExecutorCall.Stage(activation)).answer()).isEqualTo(Answer.YES);
    return estate.ask(new ExecutorCall.Prepare(activation));
  }

  private void activate(EpochSpec activation) {
    assertThat(vote(activation).answer()).isEqualTo(Answer.YES);
    assertThat(estate.ask(new ExecutorCall.Publish(activation)).answer()).isEqualTo(Answer.YES);
    estate.rollOut();
  }

  private void refuse(int status, String reason, String message) {
    estate
        .api()
        .rule(asked ->
            isWrite(asked)
                ? Optional.of(ApiServer.Answer.refusal(status, reason, message))
                : Optional.empty());
  }

  private Optional<ApiServer.Answer> note(Asked asked) {
    if (isWrite(asked)) {
      writes.add(asked);
    }
    return Optional.empty();
  }

  private static boolean isWrite(Asked asked) {
    return asked.method().equals("PATCH") && asked.path().equals(DEPLOYMENT);
  }
}
