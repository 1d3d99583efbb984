package dev.deployclaw.executors.kubernetes.gateway;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.MAPS;
import static dev.deployclaw.executors.kubernetes.Estate.PODS;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.json;
import static dev.deployclaw.executors.kubernetes.Estate.look;
import static dev.deployclaw.executors.kubernetes.Estate.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.drift.DriftComparison;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.executors.kubernetes.Tenants;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad days of gateways in Kubernetes. */
class KubernetesGatewayTroubleTest {
  @TempDir Path folder;

  private final EpochSpec first = activation(set(1), 1);
  @AutoClose private Estate estate;

  @BeforeEach
  void start() {
    estate = new Estate(folder);
  }

  @Test
  void namesTheGatewayWhoseImageRefusesTheFile() {
    estate.checksEndWith(1, "nginx: [emerg] unknown directive \"auth_request\" in nginx.conf:9\n");
    estate.ask(new ExecutorCall.Stage(first));

    var vote = estate.ask(new ExecutorCall.Prepare(first));

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason())
        .startsWith("NGINX refuses the file: nginx: [emerg] unknown directive");
    assertThat(estate.checks()).isEmpty();
  }

  @Test
  void checksWithTheGatewaysImageAndNeitherItsLabelsNorItsSecrets() {
    estate.checksEndWith(0, "");
    var created = new CopyOnWriteArrayList<String>();
    estate
        .api()
        .rule(asked -> {
          if (asked.method().equals("POST") && asked.path().equals(PODS)) {
            created.add(asked.body());
          }
          return Optional.empty();
        });
    estate.ask(new ExecutorCall.Stage(first));
    estate.ask(new ExecutorCall.Prepare(first));

    var pod = json(created.getFirst());

    var container = pod.at("/spec/containers/0");
    assertThat(container.path("image").asText()).isEqualTo("nginx:1.28");
    assertThat(container.path("command").toString())
        .isEqualTo("[\"nginx\",\"-t\",\"-q\",\"-c\",\"/etc/nginx/dc/nginx.conf\"]");
    assertThat(container.has("env")).isFalse();
    assertThat(pod.at("/spec/containers")).hasSize(1);
    assertThat(pod.at("/spec/automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.at("/spec/activeDeadlineSeconds").asInt()).isPositive();
    assertThat(pod.at("/spec/volumes/0/configMap/name").asText()).startsWith("deployclaw-gw-e1-");
    assertThat(pod.at("/spec/volumes")).hasSize(3);
    assertThat(pod.at("/spec/volumes/1").has("emptyDir")).isTrue();
    assertThat(pod.at("/spec/volumes/2").has("emptyDir")).isTrue();
    assertThat(pod.at("/metadata/labels").has("app")).isFalse();
  }

  @Test
  void saysWhyACheckNeverStartedAndLeavesNothingBehind() {
    estate.checksAre(
        "{'phase':'Pending','containerStatuses':[{'name':'check','state':{'waiting':"
            + "{'reason':'ImagePullBackOff','message':'no such image'}}}]}");
    estate.ask(new ExecutorCall.Stage(first));

    var vote = estate.ask(new ExecutorCall.Prepare(first));

    assertThat(vote.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(vote.reason()).contains("did not end in time: ImagePullBackOff: no such image");
    assertThat(estate.checks()).isEmpty();
  }

  @Test
  void replacesACheckThatADeadAgentLeftBehind() {
    estate.ask(new ExecutorCall.Stage(first));
    String left = PODS + "/deployclaw-gw-e1-preflight";
    estate
        .api()
        .put(
            left,
            "deployclaw",
            json("{'metadata':{'namespace':'edge','name':'deployclaw-gw-e1-preflight'}}"));

    assertThat(estate.ask(new ExecutorCall.Prepare(first)).answer()).isEqualTo(Answer.YES);
    assertThat(estate.checks()).isEmpty();
  }

  @Test
  void saysWhatAdmissionRefusedInItsOwnWords() {
    estate.ask(new ExecutorCall.Stage(first));
    refuse("POST", PODS, 403, "pods \"x\" is forbidden: exceeded quota: pods=10");

    var vote = estate.ask(new ExecutorCall.Prepare(first));

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("refused by admission").contains("exceeded quota");
  }

  @ParameterizedTest
  @CsvSource({"401, Unauthorized", "403, pods is forbidden: User \"a\" cannot list resource"})
  void aLookThatIsDeniedSawNothingAndAVoteIsANo(int status, String message) {
    estate.ask(new ExecutorCall.Stage(first));
    estate.ask(new ExecutorCall.Publish(first));
    estate.rollOut();
    var second = activation(set(2), 2);
    estate.ask(new ExecutorCall.Stage(second));
    refuse("GET", PODS, status, message);
    refuse("POST", PODS, status, message);

    var scanned = estate.ask(look("scan"));
    var converged = estate.ask(new ExecutorCall.Converge(first));
    var vote = estate.ask(new ExecutorCall.Prepare(second));

    assertThat(List.of(scanned, converged))
        .allMatch(MemberReport::denied)
        .allMatch(MemberReport::unseen);
    assertThat(scanned.asLook().answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(vote.answer()).isEqualTo(Answer.NO);
    var drift =
        DriftComparison.of(
            new ChangePlan.Ground(1, first.digest(), 1),
            Map.of("gateway.scan", CallOutcome.done(List.of(scanned))),
            new TreeMap<>());
    assertThat(drift).extracting(Discrepancy::kind).containsExactly(Discrepancy.Kind.ACCESS_DENIED);
    assertThat(drift.getFirst().detail()).containsAnyOf("renew", "allow it with the rule");
  }

  @Test
  void namesTheRuleThatAPublishLacks() {
    estate.ask(new ExecutorCall.Stage(first));
    refuse(
        "PATCH",
        DEPLOYMENT,
        403,
        "deployments.apps \"gw\" is forbidden: User \"a\" cannot patch resource \"deployments\"");

    var published = estate.ask(new ExecutorCall.Publish(first));

    assertThat(published.answer()).isEqualTo(Answer.NO);
    assertThat(published.reason())
        .contains("may not patch deployments gw in edge")
        .contains("{apiGroups: [\"apps\"], resources: [\"deployments\"], verbs: [\"patch\"]}");
  }

  @Test
  void leavesOpenWhetherAWriteThatBrokeOffWasApplied() {
    estate.ask(new ExecutorCall.Stage(first));
    refuse("PATCH", DEPLOYMENT, 504, "request did not complete within the allotted timeout");

    assertThat(estate.ask(new ExecutorCall.Publish(first)).answer()).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void reportsEveryGatewayUnknownWhenTheServerIsDown() {
    estate.api().close();

    for (ExecutorCall call :
        List.of(
            new ExecutorCall.Observe(),
            new ExecutorCall.Stage(first),
            new ExecutorCall.Prepare(first),
            new ExecutorCall.Publish(first),
            new ExecutorCall.Converge(first),
            new ExecutorCall.Discard(1))) {
      var report = estate.ask(call);
      assertThat(report.answer()).as(call.verb()).isEqualTo(Answer.UNKNOWN);
      assertThat(report.reason()).contains("can't be reached");
    }
  }

  @Test
  void saysHonestlyHowFarARolloutIs() {
    publish();
    estate.status(
        "{'observedGeneration':1,'replicas':2,'updatedReplicas':2,'availableReplicas':2}");
    assertThat(converge()).contains("hasn't seen generation 2 yet");
    estate.status(
        "{'observedGeneration':2,'replicas':3,'updatedReplicas':1,'availableReplicas':2}");
    assertThat(converge()).contains("1 of 2 pods are updated");
    estate.status(
        "{'observedGeneration':2,'replicas':3,'updatedReplicas':2,'availableReplicas':2}");
    assertThat(converge()).contains("1 pods of an older file aren't gone yet");
    estate.status(
        "{'observedGeneration':2,'replicas':2,'updatedReplicas':2,'availableReplicas':1}");
    assertThat(converge()).contains("1 of 2 pods are available");
    estate.status(
        "{'observedGeneration':2,'replicas':2,'updatedReplicas':2,'availableReplicas':2}");
    assertThat(converge()).contains("pods of an older file still run: gw-1-0, gw-1-1");
  }

  @Test
  void namesThePodsOfADeploymentThatNeverGetsReady() {
    publish();
    estate.pod(
        "gw-2-0",
        "'False'",
        "{'waiting':{'reason':'CrashLoopBackOff','message':'back-off restarting'}}");
    estate.status(
        "{'observedGeneration':2,'replicas':3,'updatedReplicas':1,'readyReplicas':2,"
            + "'availableReplicas':2,'conditions':[{'type':'Progressing','status':'False',"
            + "'reason':'ProgressDeadlineExceeded','message':'has timed out progressing'}]}");

    assertThat(converge())
        .contains("stuck, ProgressDeadlineExceeded: has timed out progressing")
        .contains("gw-2-0 (CrashLoopBackOff: back-off restarting)");
    assertThat(estate.ask(new ExecutorCall.Converge(first)).stuck()).isTrue();
  }

  /** A controller that was away for longer than the deadline says so before it counts again. */
  @Test
  void believesThatARolloutIsLateOnlyWhereTheCountsAreThoseOfThePods() {
    publish();
    estate.pod("gw-2-0", "'True'", "{'running':{}}");
    String late =
        "{'observedGeneration':2,'replicas':3,'updatedReplicas':1,'readyReplicas':%d,"
            + "'availableReplicas':%d,'conditions':[{'type':'Progressing','status':'False',"
            + "'reason':'ProgressDeadlineExceeded','message':'has timed out progressing'}]}";

    estate.status(late.formatted(2, 2));
    assertThat(converge()).contains("1 of 2 pods are updated");
    assertThat(estate.ask(new ExecutorCall.Converge(first)).stuck()).isFalse();

    estate.status(late.formatted(3, 3));
    assertThat(estate.ask(new ExecutorCall.Converge(first)).stuck()).isTrue();
  }

  @Test
  void believesNoConditionOfAnEarlierGeneration() {
    publish();
    estate.rollOut();
    estate.pod("gw-2-0", "'False'", "{}");
    estate.status(
        "{'observedGeneration':2,'replicas':2,'updatedReplicas':2,'readyReplicas':1,"
            + "'availableReplicas':1,'conditions':[{'type':'Progressing','status':'False',"
            + "'reason':'ProgressDeadlineExceeded','message':'has timed out progressing'}]}");
    assertThat(estate.ask(new ExecutorCall.Converge(first)).stuck()).isTrue();

    estate.api().edit(DEPLOYMENT, "kubectl", d -> d.withObject("/spec").put("minReadySeconds", 1));

    assertThat(converge()).contains("1 of 2 pods are ready");
    assertThat(estate.ask(new ExecutorCall.Converge(first)).stuck()).isFalse();
  }

  @Test
  void goesOnWaitingWhereAPodCouldNotBeMadeJustNow() {
    publish();
    estate.status(
        "{'observedGeneration':2,'replicas':2,'updatedReplicas':0,'availableReplicas':2,"
            + "'conditions':[{'type':'ReplicaFailure','status':'True',"
            + "'reason':'FailedCreate','message':'exceeded quota: pods'}]}");

    assertThat(converge()).contains("FailedCreate: exceeded quota: pods");
    assertThat(estate.ask(new ExecutorCall.Converge(first)).stuck()).isFalse();
  }

  @Test
  void saysThatADeploymentIsPaused() {
    estate.api().edit(DEPLOYMENT, "kubectl", d -> d.withObject("/spec").put("paused", true));
    estate.ask(new ExecutorCall.Stage(first));

    var vote = estate.ask(new ExecutorCall.Prepare(first));

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("kubectl -n edge rollout resume deployment/gw");
  }

  @Test
  void collectsOnlyWhatNobodyUses() {
    activate(activation(set(1), 1));
    activate(activation(set(2), 2));
    estate.ask(new ExecutorCall.Stage(activation(set(3), 3)));

    assertThat(estate.ask(new ExecutorCall.Discard(0)).answer()).isEqualTo(Answer.NO);
    assertThat(estate.ask(new ExecutorCall.Discard(2)).reason()).contains("epoch 2 is live");
    assertThat(estate.ask(new ExecutorCall.Discard(3)).answer()).isEqualTo(Answer.YES);
    assertThat(estate.ask(new ExecutorCall.Discard(1)).answer()).isEqualTo(Answer.YES);
    assertThat(estate.ask(new ExecutorCall.Discard(1)).answer()).isEqualTo(Answer.YES);

    assertThat(estate.staged()).containsExactly(MAPS + "/" + estate.reference());
    assertThat(estate.api().object(MAPS + "/by-hand")).isPresent();
  }

  @Test
  void keepsAFileThatALaterEpochStillRunsAndCollectsItLater() {
    activate(activation(set(1), 1));
    String kept = MAPS + "/" + estate.reference();
    activate(activation(set(1, Tenants.acme()), 2));

    assertThat(estate.ask(new ExecutorCall.Discard(1)).answer()).isEqualTo(Answer.YES);
    assertThat(estate.api().object(kept)).isPresent();

    activate(activation(set(2), 3));
    assertThat(estate.ask(new ExecutorCall.Discard(2)).answer()).isEqualTo(Answer.YES);
    assertThat(estate.api().object(kept)).isEmpty();
  }

  @Test
  void leavesAloneWhatOnlyCarriesOurLabels() {
    estate.ask(new ExecutorCall.Stage(first));
    String ours = estate.staged().getFirst();
    var forged = estate.api().object(ours).orElseThrow();
    forged.withObject("/data").put("nginx.conf", "# mine");
    estate.api().put(ours, "somebody", forged);

    var discarded = estate.ask(new ExecutorCall.Discard(1));

    assertThat(discarded.answer()).isEqualTo(Answer.NO);
    assertThat(discarded.reason()).contains("is left alone: it doesn't hold what we wrote");
    assertThat(estate.api().object(ours)).isPresent();
  }

  @Test
  void keepsAConfigMapThatAnOldPodStillUses() {
    activate(first);
    String old = "gw-2-0";
    var pod = estate.api().object(PODS + "/" + old).orElseThrow();
    activate(activation(set(2), 2));
    estate.api().put(PODS + "/" + old, "kubelet", pod);

    assertThat(estate.ask(new ExecutorCall.Discard(1)).reason()).contains("pod gw-2-0 still uses");
    assertThat(estate.ask(look("scan")).reason())
        .contains("pods of an older file still run: gw-2-0");
  }

  private void refuse(String method, String path, int status, String message) {
    estate
        .api()
        .rule(asked ->
            asked.method().equals(method) && asked.path().equals(path)
                ? Optional.of(ApiServer.Answer.refusal(status, "Refused", message))
                : Optional.empty());
  }

  private void publish() {
    estate.ask(new ExecutorCall.Stage(first));
    assertThat(estate.ask(new ExecutorCall.Publish(first)).answer()).isEqualTo(Answer.YES);
  }

  private String converge() {
    MemberReport report = estate.ask(new ExecutorCall.Converge(first));
    assertThat(report.answer()).isEqualTo(Answer.NO);
    return report.reason();
  }

  private void activate(EpochSpec activation) {
    for (ExecutorCall call :
        List.of(new ExecutorCall.Stage(activation), new ExecutorCall.Publish(activation))) {
      assertThat(estate.ask(call).answer()).isEqualTo(Answer.YES);
    }
    estate.rollOut();
    var converged = estate.ask(new ExecutorCall.Converge(activation));
    assertThat(converged.answer()).as(converged.reason()).isEqualTo(Answer.YES);
  }
}
