package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Estate.DEPLOYMENT;
import static dev.deployclaw.executors.kubernetes.Estate.activation;
import static dev.deployclaw.executors.kubernetes.SharedEstate.set;
import static dev.deployclaw.executors.kubernetes.SharedEstate.yes;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a way back no gateway holds the other gateway of its Deployment. */
class SharedWayBackTest {
  private static final String FROZEN = "inner-conf is frozen";
  private static final String INNER = "gateway/edge/inner";
  private static final String INNER_AT_3 = "\"inner.deployclaw.dev/epoch\":\"3\"";

  @TempDir Path folder;

  @AutoClose private SharedEstate shared;

  @BeforeEach
  void start() {
    shared = new SharedEstate(folder);
    shared.bring(activation(set(1), 1));
    shared.bring(activation(set(2), 2));
  }

  @Test
  void oneWriteBringsBothBack() {
    long generation = shared.generation();
    var back = staged(Activations.back(set(1), 3));

    yes(shared.both(new ExecutorCall.Publish(back)));

    assertThat(shared.generation()).isEqualTo(generation + 1);
    assertBack("conf", "gw");
    assertBack("inner-conf", "inner");
  }

  @Test
  void theOneThatAdmissionRefusesIsAloneUnable() {
    refusesInner();
    var back = staged(Activations.back(set(1), 3));

    var votes = shared.both(new ExecutorCall.Prepare(back));
    var published = shared.both(new ExecutorCall.Publish(back));

    assertOnlyInnerIsHeld(votes);
    assertOnlyInnerIsHeld(published);
    assertBack("conf", "gw");
    assertThat(shared.source("inner-conf")).startsWith("deployclaw-inner-e2-");
    shared.one().rollOut();
    assertThat(shared.both(new ExecutorCall.Converge(back)))
        .extracting(MemberReport::answer)
        .containsExactly(Answer.YES, Answer.NO);
  }

  @Test
  void theOthersOfOneThatIsRefusedAreWrittenOnWhatSomebodyElseWroteMeanwhile() {
    refusesInner();
    var back = staged(Activations.back(set(1), 3));
    var once = new AtomicBoolean(true);
    shared
        .one()
        .api()
        .rule(asked -> {
          boolean alone = asked.method().equals("PATCH") && !asked.body().contains(INNER_AT_3);
          if (alone && asked.path().equals(DEPLOYMENT) && once.getAndSet(false)) {
            edit(d -> d.withObject("/spec").put("replicas", 3));
          }
          return Optional.empty();
        });

    assertOnlyInnerIsHeld(shared.both(new ExecutorCall.Publish(back)));

    assertBack("conf", "gw");
    assertThat(shared.one().deploymentNow().at("/spec/replicas").asInt()).isEqualTo(3);
  }

  @Test
  void aGatewayThatWasLeftOutIsNotSentAgain() {
    refusesInner();
    var back = staged(Activations.back(set(1), 3).without(Set.of(INNER)));
    int sent = writes();

    var published = shared.both(new ExecutorCall.Publish(back));

    assertOnlyInner(published, "left out");
    assertBack("conf", "gw");
    assertThat(writes()).isEqualTo(sent + 1);
    assertThat(staged("inner", 3)).isEmpty();
  }

  /** Where nothing goes back, all gateways of a Deployment change together or none does. */
  @Test
  void aChangeForwardStaysOneWrite() {
    refusesInner();
    var third = staged(activation(set(3), 3));

    var published = shared.both(new ExecutorCall.Publish(third));

    assertThat(published)
        .allSatisfy(r -> assertThat(r.answer()).isEqualTo(Answer.NO))
        .allSatisfy(r -> assertThat(r.reason()).contains(FROZEN));
    assertThat(shared.source("conf")).startsWith("deployclaw-gw-e2-");
  }

  private EpochSpec staged(EpochSpec activation) {
    var reports = shared.both(new ExecutorCall.Stage(activation));
    assertThat(reports).extracting(MemberReport::member).hasSize(2);
    return activation;
  }

  /** As a policy of another team that lets nobody touch the inner gateway. */
  private void refusesInner() {
    shared
        .one()
        .api()
        .admission(write -> {
          boolean moved = !inner(write.object()).equals(inner(write.old()));
          return moved ? Optional.of(FROZEN) : Optional.empty();
        });
  }

  private static String inner(ObjectNode deployment) {
    return deployment
        .at("/spec/template/spec/volumes")
        .valueStream()
        .filter(v -> v.path("name").asText().equals("inner-conf"))
        .map(v -> v.at("/configMap/name").asText())
        .findFirst()
        .orElse("");
  }

  private void edit(Consumer<ObjectNode> how) {
    shared.one().api().edit(DEPLOYMENT, "hpa", how);
  }

  private int writes() {
    return (int)
        shared.one().api().requests().stream()
            .filter(r -> r.startsWith("PATCH " + DEPLOYMENT))
            .count();
  }

  private List<String> staged(String gateway, long epoch) {
    String map = Estate.MAPS + "/deployclaw-" + gateway + "-e" + epoch + "-";
    return shared.one().api().paths().stream().filter(p -> p.startsWith(map)).toList();
  }

  private static void assertOnlyInnerIsHeld(List<MemberReport> reports) {
    assertOnlyInner(reports, FROZEN);
  }

  private static void assertOnlyInner(List<MemberReport> reports, String why) {
    assertThat(reports).extracting(MemberReport::answer).containsExactly(Answer.YES, Answer.NO);
    assertThat(reports.getLast().member()).isEqualTo(INNER);
    assertThat(reports.getLast().reason()).contains(why);
  }

  /** To the file of the first epoch; no pod runs it any more, so it is the way back's own. */
  private void assertBack(String volume, String gateway) {
    assertThat(shared.source(volume)).startsWith("deployclaw-" + gateway + "-e3-");
  }
}
