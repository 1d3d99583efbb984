package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.PODS;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A way back never replaces pods that still run the file it leads to. */
class KubernetesWayBackTest {
  @TempDir Path folder;

  private final EpochSpec first = activation(set(1), 1);
  @AutoClose private Estate estate;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
    estate.ask(new ExecutorCall.Stage(first));
    yes(new ExecutorCall.Publish(first));
    estate.rollOut();
    yes(new ExecutorCall.Converge(first));
  }

  @Test
  void refersToTheConfigMapThatOldPodsStillRun() {
    var template = estate.deploymentNow().at("/spec/template");
    stall(activation(set(2), 2));

    var back = Activations.back(set(1), 3);
    yes(new ExecutorCall.Stage(back));
    yes(new ExecutorCall.Prepare(back));
    yes(new ExecutorCall.Publish(back));

    assertThat(estate.deploymentNow().at("/spec/template")).isEqualTo(template);
  }

  @Test
  void refersToTheVolumeOfOldPodsWhateverItsShape() {
    int small = 5_000;
    var large = activation(set(80), 2);
    yes(new ExecutorCall.Stage(large), small);
    yes(new ExecutorCall.Publish(large), small);
    estate.rollOut();
    var template = estate.deploymentNow().at("/spec/template");
    stall(activation(set(1), 3));

    var back = Activations.back(set(80), 4);
    yes(new ExecutorCall.Stage(back), small);
    yes(new ExecutorCall.Prepare(back), small);
    yes(new ExecutorCall.Publish(back), small);

    assertThat(estate.deploymentNow().at("/spec/template")).isEqualTo(template);
  }

  @Test
  void asksForNoCheckOfAFileThatReadyPodsRun() {
    stall(activation(set(2), 2));
    estate.checksEndWith(1, "exec format error");

    var back = Activations.back(set(1), 3);
    yes(new ExecutorCall.Stage(back));

    yes(new ExecutorCall.Prepare(back));
  }

  @Test
  void takesNoConfigMapThatSomebodyReplaced() {
    String map = Estate.MAPS + "/" + estate.reference();
    stall(activation(set(2), 2));
    var other = estate.api().object(map).orElseThrow();
    other.put("immutable", false);
    estate.api().remove(map);
    estate.api().put(map, "somebody", other);

    var back = Activations.back(set(1), 3);
    yes(new ExecutorCall.Stage(back));
    yes(new ExecutorCall.Prepare(back));
    yes(new ExecutorCall.Publish(back));

    assertThat(estate.reference()).startsWith("deployclaw-gw-e3-");
  }

  @Test
  void keepsTheConfigMapThatItReferredToAgainWhenItsEpochIsDiscarded() {
    String map = estate.reference();
    stall(activation(set(2), 2));
    var back = Activations.back(set(1), 3);
    yes(new ExecutorCall.Stage(back));
    yes(new ExecutorCall.Publish(back));
    estate.api().remove(PODS + "/gw-3-0");
    seen("'replicas':2,'updatedReplicas':2,'readyReplicas':2,'availableReplicas':2");

    yes(new ExecutorCall.Discard(1));
    yes(new ExecutorCall.Discard(2));

    assertThat(estate.staged()).contains(Estate.MAPS + "/" + map);
    yes(new ExecutorCall.Converge(back));
  }

  @Test
  void waitsForNoControllerWhereNoPodIsToBeReplaced() {
    var second = activation(set(1, Tenants.acme()), 2);
    yes(new ExecutorCall.Stage(second));
    yes(new ExecutorCall.Publish(second));
    assertThat(generation()).isEqualTo(3);

    yes(new ExecutorCall.Converge(second)); // the controller saw generation 2

    estate.pod("gw-2-0", "'False'", "{}");
    assertThat(estate.ask(new ExecutorCall.Converge(second)).reason())
        .contains("1 of 2 pods are ready");
  }

  @Test
  void aPausedDeploymentIsInTheWayOnlyOfASwitch() {
    estate.api().edit(DEPLOYMENT, "kubectl", d -> d.withObject("/spec").put("paused", true));
    var same = activation(set(1, Tenants.acme()), 2);
    yes(new ExecutorCall.Converge(first));

    yes(new ExecutorCall.Stage(same));
    yes(new ExecutorCall.Prepare(same));
    yes(new ExecutorCall.Publish(same));
    yes(new ExecutorCall.Converge(same));

    var other = activation(set(2), 3);
    yes(new ExecutorCall.Stage(other));
    assertThat(estate.ask(new ExecutorCall.Prepare(other)).reason()).contains("rollout resume");
    assertThat(estate.ask(new ExecutorCall.Publish(other)).reason()).contains("rollout resume");
  }

  /** Earlier releases didn't write in which generation they switched. */
  @Test
  void aDeploymentMarkedByAnEarlierReleaseGetsNoNewPod() {
    estate
        .api()
        .edit(
            DEPLOYMENT,
            "deployclaw",
            d ->
                d.withObject("/metadata/annotations").remove("deployclaw.dev/switched-generation"));
    seen("'replicas':2,'updatedReplicas':2,'readyReplicas':2,'availableReplicas':2");
    var template = estate.deploymentNow().at("/spec/template");
    assertThat(estate.ask(Estate.look("scan")).answer()).isEqualTo(Answer.YES);

    var second = activation(set(1, Tenants.acme()), 2);
    yes(new ExecutorCall.Stage(second));
    yes(new ExecutorCall.Prepare(second));
    yes(new ExecutorCall.Publish(second));

    yes(new ExecutorCall.Converge(second));
    assertThat(estate.deploymentNow().at("/spec/template")).isEqualTo(template);
    assertThat(
            estate
                .deploymentNow()
                .at("/metadata/annotations/deployclaw.dev~1switched-generation")
                .asLong())
        .isEqualTo(generation() - 1);
  }

  /** It may still be about to make pods of the file between. */
  @Test
  void waitsForAControllerThatHasNotSeenThatItLedBack() {
    var bad = activation(set(2), 2);
    yes(new ExecutorCall.Stage(bad));
    yes(new ExecutorCall.Publish(bad));
    var back = Activations.back(set(1), 3);
    yes(new ExecutorCall.Stage(back));
    yes(new ExecutorCall.Publish(back));
    var third = activation(set(1, Tenants.acme()), 4);
    yes(new ExecutorCall.Stage(third));
    yes(new ExecutorCall.Publish(third));

    assertThat(estate.ask(new ExecutorCall.Converge(third)).reason())
        .contains("the Deployment controller hasn't seen generation 4 yet");
  }

  @Test
  void aDeploymentThatWasMadeAgainIsNotWaitedForForEver() {
    estate
        .api()
        .edit(DEPLOYMENT, "kubectl-create", d -> d.withObject("/metadata").put("generation", 1));
    seen("'replicas':2,'updatedReplicas':2,'readyReplicas':2,'availableReplicas':2");

    yes(new ExecutorCall.Converge(first));
  }

  /** What it was asked of is an earlier epoch; another set may have the very same file. */
  @Test
  void neverLeftOnlyWhatItsMarksNameByTheirDigest() {
    yes(new ExecutorCall.Converge(Activations.back(set(1), 3).by(1)));

    var other = Activations.back(set(1, Tenants.acme()), 3).by(1);

    assertThat(estate.ask(new ExecutorCall.Converge(other)).reason())
        .contains(
            "its Deployment is at epoch 1 of the policies " + set(1).digest().substring(0, 12));
  }

  /** Its first pod never becomes ready, beside two ready ones of the file before. */
  private void stall(EpochSpec activation) {
    yes(new ExecutorCall.Stage(activation));
    yes(new ExecutorCall.Publish(activation));
    estate.pod("gw-3-0", "'False'", "{'waiting':{'reason':'ImagePullBackOff'}}");
    seen("'replicas':3,'updatedReplicas':1,'readyReplicas':2,'availableReplicas':2");
    assertThat(estate.ask(new ExecutorCall.Converge(activation)).answer()).isEqualTo(Answer.NO);
  }

  /** The controller's look at the Deployment as it is now. */
  private void seen(String counts) {
    estate.status("{'observedGeneration':%d,%s}".formatted(generation(), counts));
  }

  private long generation() {
    return estate.deploymentNow().at("/metadata/generation").asLong();
  }

  private void yes(ExecutorCall call) {
    yes(call, 900 * 1024);
  }

  private void yes(ExecutorCall call, int shardBytes) {
    MemberReport report = estate.ask(call, 7, shardBytes);
    assertThat(report.answer()).as("%s: %s", call.verb(), report.reason()).isEqualTo(Answer.YES);
  }
}
