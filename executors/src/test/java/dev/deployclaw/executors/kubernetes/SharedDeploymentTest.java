package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.MAPS;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.Estate.look;
import static dev.deployclaw.executors.kubernetes.SharedEstate.set;
import static dev.deployclaw.executors.kubernetes.SharedEstate.yes;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways of one Deployment, each with a container and a volume of its own. */
class SharedDeploymentTest {
  @TempDir Path folder;

  @AutoClose private SharedEstate shared;
  private Estate estate;

  @BeforeEach
  void start() {
    shared = new SharedEstate(folder);
    estate = shared.one();
  }

  @Test
  void bothAreBroughtToAnEpochByOneWrite() {
    var first = activation(set(1), 1);
    long generation = shared.generation();

    yes(both(new ExecutorCall.Stage(first)));
    yes(both(new ExecutorCall.Prepare(first)));
    var published = both(new ExecutorCall.Publish(first));

    yes(published);
    assertThat(published)
        .extracting(MemberReport::member)
        .containsExactly("gateway/edge/gw", "gateway/edge/inner");
    assertThat(shared.generation()).isEqualTo(generation + 1);
    assertThat(shared.source("conf")).startsWith("deployclaw-gw-e1-");
    assertThat(shared.source("inner-conf")).startsWith("deployclaw-inner-e1-");
    estate.rollOut();
    yes(both(new ExecutorCall.Converge(first)));
    assertThat(both(look("marks"))).allMatch(r -> Long.valueOf(1).equals(r.facts().get("epoch")));
  }

  /** Another order of the volumes is another template, and so another ReplicaSet. */
  @Test
  void theVolumesStayInTheirOrder() {
    estate
        .api()
        .edit(
            DEPLOYMENT,
            "kubectl-create",
            o -> {
              var volumes = (ArrayNode) o.at("/spec/template/spec/volumes");
              volumes.add(volumes.remove(names(o).indexOf("conf")));
            });
    var order = names(estate.api().object(DEPLOYMENT).orElseThrow());
    assertThat(order).containsSubsequence("inner-conf", "conf");

    bring(activation(set(1), 1));
    bring(activation(set(1, Tenants.acme()), 2)); // annotations alone

    assertThat(names(estate.api().object(DEPLOYMENT).orElseThrow())).isEqualTo(order);
  }

  private static List<String> names(ObjectNode deployment) {
    return deployment
        .at("/spec/template/spec/volumes")
        .valueStream()
        .map(v -> v.path("name").asText())
        .toList();
  }

  @Test
  void theNextEpochLeavesBothVolumesWhole() {
    bring(activation(set(1), 1));
    bring(activation(set(2), 2));

    assertThat(shared.source("conf")).startsWith("deployclaw-gw-e2-");
    assertThat(shared.source("inner-conf")).startsWith("deployclaw-inner-e2-");
    bring(activation(set(2, Tenants.acme()), 3)); // annotations alone
    assertThat(shared.source("conf")).startsWith("deployclaw-gw-e2-");
    assertThat(both(look("marks"))).allMatch(r -> Long.valueOf(3).equals(r.facts().get("epoch")));
  }

  @Test
  void oneThatCanNotGoKeepsItsVolumeAndItsMarks() {
    bring(activation(set(1), 1));
    var second = activation(set(2), 2);
    yes(both(new ExecutorCall.Stage(second)));
    estate.api().paths().stream()
        .filter(p -> p.startsWith(MAPS + "/deployclaw-inner-e2-"))
        .forEach(estate.api()::remove);

    var published = both(new ExecutorCall.Publish(second));

    assertThat(published).extracting(MemberReport::answer).containsExactly(Answer.YES, Answer.NO);
    assertThat(shared.source("conf")).startsWith("deployclaw-gw-e2-");
    assertThat(shared.source("inner-conf")).startsWith("deployclaw-inner-e1-");
    assertThat(both(look("marks"))).extracting(r -> r.facts().get("epoch")).containsExactly(2L, 1L);
  }

  @Test
  void aConflictIsTriedAgainForBoth() {
    var first = activation(set(1), 1);
    yes(both(new ExecutorCall.Stage(first)));
    var once = new AtomicBoolean(true);
    estate
        .api()
        .rule(asked -> {
          if (asked.method().equals("PATCH")
              && asked.path().equals(DEPLOYMENT)
              && once.getAndSet(false)) {
            estate.api().edit(DEPLOYMENT, "hpa", d -> d.withObject("/spec").put("replicas", 3));
          }
          return Optional.empty();
        });

    yes(both(new ExecutorCall.Publish(first)));

    assertThat(shared.source("conf")).startsWith("deployclaw-gw-e1-");
    assertThat(shared.source("inner-conf")).startsWith("deployclaw-inner-e1-");
  }

  @Test
  void aGatewayThatIsAddedLaterTakesOverNoMarksOfTheFirst() {
    var first = activation(set(1), 1);
    alone(first);
    var template = estate.deploymentNow().at("/spec/template");

    var seen = both(look("marks"));
    assertThat(seen).extracting(r -> r.facts().get("epoch")).containsExactly(1L, 0L);
    assertThat(seen).extracting(r -> r.facts().get("term")).containsExactly(7L, 7L);
    yes(both(look("scan")));

    bring(activation(set(1, Tenants.acme()), 2));

    assertThat(shared.source("conf"))
        .isEqualTo(template.at("/spec/volumes/0/configMap/name").asText());
    assertThat(shared.source("inner-conf")).startsWith("deployclaw-inner-e2-");
    yes(both(look("scan")));
  }

  @Test
  void aGatewayThatIsTakenOutOfTheConfigurationKeepsItsVolume() {
    bring(activation(set(1), 1));

    alone(activation(set(2), 2));

    assertThat(shared.source("conf")).startsWith("deployclaw-gw-e2-");
    assertThat(shared.source("inner-conf")).startsWith("deployclaw-inner-e1-");
    assertThat(estate.ask(look("marks")).facts()).containsEntry("epoch", 2L);
    assertThat(both(look("marks"))).extracting(r -> r.facts().get("epoch")).containsExactly(2L, 1L);
  }

  @Test
  void aChangeOfShapeTakesOneWriteToo() {
    int small = 5_000;
    var large = activation(set(80), 1);
    long generation = shared.generation();
    yes(shared.both(new ExecutorCall.Stage(large), small));

    yes(shared.both(new ExecutorCall.Publish(large), small));

    assertThat(shared.generation()).isEqualTo(generation + 1);
    assertThat(shared.volume("conf").at("/projected/sources")).isNotEmpty();
    assertThat(shared.volume("inner-conf").at("/projected/sources")).isNotEmpty();
    bring(activation(set(1), 2));
    bring(activation(set(2), 3));
    assertThat(shared.source("conf")).startsWith("deployclaw-gw-e3-");
    assertThat(shared.source("inner-conf")).startsWith("deployclaw-inner-e3-");
  }

  @Test
  void bothGetBackWhatWasFound() {
    var observed = both(new ExecutorCall.Observe());
    bring(activation(set(1), 1));

    bring(Activations.restoring("gateway", observed, 2));

    assertThat(shared.source("conf")).isEqualTo("by-hand");
    assertThat(shared.source("inner-conf")).isEqualTo("by-hand");
  }

  /** The first gateway, where the configuration knows no other. */
  private void alone(EpochSpec activation) {
    for (ExecutorCall call :
        List.of(
            new ExecutorCall.Stage(activation),
            new ExecutorCall.Prepare(activation),
            new ExecutorCall.Publish(activation))) {
      yes(List.of(estate.ask(call)));
    }
    estate.rollOut();
    yes(List.of(estate.ask(new ExecutorCall.Converge(activation))));
  }

  private void bring(EpochSpec activation) {
    shared.bring(activation);
  }

  private List<MemberReport> both(ExecutorCall call) {
    return shared.both(call);
  }
}
