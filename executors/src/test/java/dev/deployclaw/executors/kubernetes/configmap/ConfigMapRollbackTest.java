package dev.deployclaw.executors.kubernetes.configmap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.kubernetes.Estate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a way back leaves in a served ConfigMap, and who can't write over it. */
class ConfigMapRollbackTest extends ServedConfigMapCases {
  @Test
  void goesBackToWhatWasThereBeforeTheFirstChange() throws Exception {
    byHand("kubectl-create");
    var before = report(new ExecutorCall.Observe());
    carryOut(activation(1, FIRST));

    var back = Activations.restoring("configuration", List.of(before), 2);
    var published = report(new ExecutorCall.Publish(back));

    assertThat(published.answer()).as(published.reason()).isEqualTo(Answer.YES);
    assertThat(report(new ExecutorCall.Converge(back)).answer()).isEqualTo(Answer.YES);
    assertThat(live().path("data").toString()).isEqualTo("{\"rate.conf\":\"5\"}");
    assertThat(live().at("/metadata/annotations").toString())
        .contains("mine")
        .doesNotContain("digest");
    assertThat(report(new ExecutorCall.Publish(back)).answer())
        .as("repeated")
        .isEqualTo(Answer.YES);
    assertThat(report(new ExecutorCall.Observe()).facts())
        .as("ours no more")
        .isEqualTo(before.facts());
    assertThat(report(new ExecutorCall.Observe()).digest()).isEqualTo(before.digest());
    carryOut(activation(3, SECOND));
    assertThat(report(new ExecutorCall.Observe()).digest()).isEqualTo(SECOND.digest());
  }

  @Test
  void keepsWhatTheObservationDoesNotKnow() throws Exception {
    byHand("kubectl-create");
    var back = Activations.restoring("configuration", List.of(), 2);

    var answers = new ArrayList<Answer>();
    for (var call :
        List.of(
            new ExecutorCall.Stage(back),
            new ExecutorCall.Publish(back),
            new ExecutorCall.Converge(back))) {
      answers.add(report(call).answer());
    }
    carryOut(activation(1, FIRST));
    var published = report(new ExecutorCall.Publish(back));

    assertThat(answers).containsOnly(Answer.SKIPPED);
    assertThat(published.reason()).isEqualTo("was added after that epoch, and keeps what it has");
    assertThat(report(new ExecutorCall.Observe()).digest()).isEqualTo(FIRST.digest());
  }

  @Test
  void aLeaderThatWakesUpLateTakesNothingBackAndPublishesNothingOnWhatWasTakenBack()
      throws Exception {
    byHand("kubectl-create");
    var before = report(new ExecutorCall.Observe());
    var nothing = MemberReport.yes(before.member(), "", Map.of());
    carryOut(activation(1, FIRST));
    carryOut(activation(3, SECOND));

    var late =
        report(
            new ExecutorCall.Publish(Activations.restoring("configuration", List.of(before), 4)),
            OLDER);
    var lower =
        report(
            new ExecutorCall.Publish(Activations.restoring("configuration", List.of(nothing), 2)));
    var served = report(new ExecutorCall.Observe()).digest();
    report(new ExecutorCall.Publish(Activations.restoring("configuration", List.of(before), 4)));
    var stale = report(new ExecutorCall.Publish(activation(5, FIRST)), OLDER);
    var older = report(new ExecutorCall.Publish(activation(3, SECOND)));

    assertThat(late.reason()).isEqualTo("the leader of the later term 7 published there");
    assertThat(lower.reason()).isEqualTo("the later epoch 3 is served there");
    assertThat(served).isEqualTo(SECOND.digest());
    assertThat(stale.reason()).isEqualTo("the leader of the later term 7 published there");
    assertThat(older.reason()).isEqualTo("the later epoch 4 is served there");
    assertThat(live().path("data").toString()).isEqualTo("{\"rate.conf\":\"5\"}");
  }

  @Test
  void goesBackToNothingWhereNothingWas() throws Exception {
    var before = report(new ExecutorCall.Observe());
    carryOut(activation(1, FIRST));

    var back = Activations.restoring("configuration", List.of(before), 2);
    report(new ExecutorCall.Publish(back));

    assertThat(report(new ExecutorCall.Converge(back)).answer()).isEqualTo(Answer.YES);
    assertThat(live().path("data").toString()).isIn("", "{}");
    assertThat(live().at("/metadata/annotations").toString()).doesNotContain("digest");
    var stale = report(new ExecutorCall.Publish(activation(1, FIRST)), OLDER);
    assertThat(stale.reason()).isEqualTo("the leader of the later term 7 published there");
    carryOut(activation(3, SECOND));
    assertThat(report(new ExecutorCall.Observe()).digest()).isEqualTo(SECOND.digest());
  }

  @Test
  void aPublishThatSleptWhileNothingWasPutBackCreatesNothing() throws Exception {
    var before = report(new ExecutorCall.Observe());
    var back = Activations.restoring("configuration", List.of(before), 2);
    report(new ExecutorCall.Stage(activation(1, FIRST)));
    var creates = new AtomicInteger();
    server.rule(asked -> {
      boolean creating = asked.method().equals("POST") && asked.body().contains("active");
      if (creating && creates.incrementAndGet() == 1) {
        server.put(
            SERVED,
            "deployclaw",
            Estate.json(
                "{'metadata':{'namespace':'shop',"
                    + "'name':'limits','annotations':{'deployclaw.dev/term':'7',"
                    + "'deployclaw.dev/epoch':'2'}}}"));
      }
      return Optional.empty();
    });

    var slept = report(new ExecutorCall.Publish(activation(1, FIRST)), OLDER);

    assertThat(creates.get()).isEqualTo(1);
    assertThat(slept.reason()).isEqualTo("the leader of the later term 7 published there");
    assertThat(report(new ExecutorCall.Converge(back)).answer()).isEqualTo(Answer.YES);
  }

  @Test
  void nothingIsMadeAnEmptyObjectEvenWhereNothingWasPublishedYet() throws Exception {
    var before = report(new ExecutorCall.Observe());
    var back = Activations.restoring("configuration", List.of(before), 2);

    report(new ExecutorCall.Publish(back));

    assertThat(report(new ExecutorCall.Converge(back)).answer()).isEqualTo(Answer.YES);
    assertThat(report(new ExecutorCall.Publish(activation(1, FIRST)), OLDER).reason())
        .isEqualTo("the leader of the later term 7 published there");
  }

  @Test
  void leavesAloneWhatSomebodyElsePutWhereNothingWas() throws Exception {
    var before = report(new ExecutorCall.Observe());
    byHand("kubectl-create");
    var back = Activations.restoring("configuration", List.of(before), 2);

    var published = report(new ExecutorCall.Publish(back));

    assertThat(published.reason()).isEqualTo("doesn't hold its original values");
    assertThat(live().path("data").toString()).isEqualTo("{\"rate.conf\":\"5\"}");
  }

  @Test
  void keepsWhatItHasWhereNobodySawWhatItHeld() throws Exception {
    carryOut(activation(1, FIRST));
    var back = Activations.restoring(unseen("configuration/shop"), 2);

    var published = report(new ExecutorCall.Publish(back));

    assertThat(published.answer()).isEqualTo(Answer.SKIPPED);
    assertThat(published.reason())
        .isEqualTo("didn't report its previous content (403), and keeps what it has");
    assertThat(report(new ExecutorCall.Observe()).digest()).isEqualTo(FIRST.digest());
  }

  private static ObservedState unseen(String member) {
    return new ObservedState(
        new TreeMap<>(Map.of("configuration", List.of(ObservedState.unseen(member, "403")))));
  }
}
