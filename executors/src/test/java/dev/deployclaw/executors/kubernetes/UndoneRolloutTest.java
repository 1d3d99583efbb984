package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.set;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.kubernetes.RolloutUndo;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody takes back a rollout of ours with kubectl, and our annotations with it. */
class UndoneRolloutTest {
  private static final String SETS = "/apis/apps/v1/namespaces/edge/replicasets/gw-";
  private static final long TERM = 7;

  @TempDir Path folder;

  @AutoClose private Estate estate;
  private int revisions;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
  }

  /** One that slept since before the third epoch was committed. */
  @Test
  void aWriterOfAnOlderEpochIsRefusedAsBefore() {
    bring(activation(set(1), 1), TERM);
    var second = activation(set(2), 2);
    bring(second, TERM);
    bring(activation(set(3), 3), TERM + 1);

    undo();

    assertThat(epoch()).isEqualTo(2);
    assertThat(ask(Estate.look("marks"), TERM).facts())
        .containsEntry("epoch", 3L)
        .containsEntry("term", TERM + 1);
    assertThat(ask(new ExecutorCall.Publish(second), TERM + 1).reason())
        .contains("the later epoch 3 is live there");
    assertThat(ask(new ExecutorCall.Stage(second), TERM).reason())
        .contains("the leader of the later term 8 published there");
    assertThat(ask(new ExecutorCall.Publish(activation(set(3), 3)), TERM).reason())
        .contains("the leader of the later term 8 published there");
  }

  @Test
  void theCommittedEpochIsPublishedAgainAndConverges() {
    bring(activation(set(1), 1), TERM);
    var second = activation(set(2), 2);
    bring(second, TERM);

    undo();

    assertThat(ask(new ExecutorCall.Converge(second), TERM).reason()).contains("at epoch 1");
    bring(second, TERM);
    assertThat(epoch()).isEqualTo(2);
  }

  /** It saw the second epoch's template last, and may be about to make pods of it. */
  @Test
  void aControllerThatHasNotSeenWhatWasUndoneIsWaitedFor() {
    bring(activation(set(1), 1), TERM);
    publish(activation(set(2), 2), TERM);
    kept();
    seen();
    undo();
    var third = activation(set(1), 3);

    publish(third, TERM);

    assertThat(ask(new ExecutorCall.Converge(third), TERM).reason())
        .contains("the Deployment controller hasn't seen generation");
    seen();
    yes(new ExecutorCall.Converge(third), TERM);
  }

  /** A mark by an earlier release is no label; the annotations are believed then, as they were. */
  @Test
  void aDeploymentWithoutALabelIsFencedByItsAnnotations() {
    bring(activation(set(1), 1), TERM);
    bring(activation(set(2), 2), TERM);
    estate.api().edit(DEPLOYMENT, "kubectl", d -> d.withObject("/metadata").remove("labels"));

    assertThat(ask(new ExecutorCall.Publish(activation(set(1), 1)), TERM).reason())
        .contains("the later epoch 2 is live there");
    bring(activation(set(3), 3), TERM);
  }

  @Test
  void aFenceThatSomebodyWroteOverIsNamed() {
    bring(activation(set(1), 1), TERM);
    estate
        .api()
        .edit(
            DEPLOYMENT,
            "kubectl",
            d -> d.withObject("/metadata/labels").put("deployclaw.dev/fence", "none"));

    assertThat(ask(new ExecutorCall.Publish(activation(set(2), 2)), TERM).reason())
        .contains("its annotations or labels deployclaw.dev/* were changed: remove them");
  }

  private void bring(EpochSpec activation, long term) {
    publish(activation, term);
    estate.rollOut();
    kept();
    yes(new ExecutorCall.Converge(activation), term);
  }

  private void publish(EpochSpec activation, long term) {
    yes(new ExecutorCall.Stage(activation), term);
    yes(new ExecutorCall.Publish(activation), term);
  }

  private void undo() {
    assertThat(RolloutUndo.undo(estate.api(), DEPLOYMENT).status()).isEqualTo(200);
    kept();
  }

  private long epoch() {
    return estate.deploymentNow().at("/metadata/annotations/deployclaw.dev~1epoch").asLong();
  }

  /** The controller's look at the Deployment as it is now. */
  private void seen() {
    estate.status(
        "{'observedGeneration':%d,'replicas':2,'updatedReplicas':2,'readyReplicas':2,'availableReplicas':2}"
            .formatted(estate.deploymentNow().at("/metadata/generation").asLong()));
  }

  /** As the Deployment controller keeps a template, and the annotations of its time. */
  private void kept() {
    ObjectNode deployment = estate.deploymentNow();
    String same =
        estate.api().objects(p -> p.startsWith(SETS)).entrySet().stream()
            .filter(s -> s.getValue().at("/spec/template").equals(deployment.at("/spec/template")))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(SETS + (revisions + 1));
    ObjectNode set = ApiServer.JSON.createObjectNode();
    ObjectNode metadata = set.putObject("metadata").put("namespace", "edge");
    metadata.put("name", same.substring(same.lastIndexOf('/') + 1));
    metadata.set("annotations", deployment.at("/metadata/annotations").deepCopy());
    metadata
        .withObject("/annotations")
        .put("deployment.kubernetes.io/revision", Integer.toString(++revisions));
    metadata.putArray("ownerReferences").addObject().set("uid", deployment.at("/metadata/uid"));
    set.putObject("spec").set("template", deployment.at("/spec/template").deepCopy());
    estate.api().put(same, "kube-controller-manager", set);
  }

  private MemberReport ask(ExecutorCall call, long term) {
    return estate.ask(call, term, 900 * 1024);
  }

  private void yes(ExecutorCall call, long term) {
    var report = ask(call, term);
    assertThat(report.answer()).as("%s: %s", call.verb(), report.reason()).isEqualTo(Answer.YES);
  }
}
