package dev.deployclaw.executors.docker;

import static dev.deployclaw.executors.docker.ContainerGatewayCalls.body;
import static dev.deployclaw.executors.docker.ContainerGatewayCalls.epoch;
import static dev.deployclaw.executors.docker.ContainerGatewayCalls.restoring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.docker.ContainerGateway.Reload;
import dev.deployclaw.executors.docker.ContainerGateway.Which;
import dev.deployclaw.testkit.BoundedWait;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class ContainerGatewayExecutorTest extends ContainerEstateCases {
  @Test
  void bringsEpochsThroughAMountBySignalAndBack() {
    var gateway = estate.mounted("mount-signal", Reload.SIGNAL);
    String started = estate.startedAt(gateway.name());

    bringsEpochsAndBack(gateway);

    assertThat(estate.startedAt(gateway.name())).isEqualTo(started);
  }

  @Test
  void bringsEpochsThroughTheArchiveByRestartAndBack() {
    var gateway = estate.archived("volume-restart", Reload.RESTART);
    String started = estate.startedAt(gateway.name());

    bringsEpochsAndBack(gateway);

    assertThat(estate.startedAt(gateway.name())).isNotEqualTo(started);
  }

  @Test
  void touchesOnlyWhatTheConfigurationNames() {
    var mine = estate.archived("mine", Reload.SIGNAL);
    var other = estate.mounted("other", Reload.SIGNAL);
    String text = estate.file(other, "live/nginx.conf");
    String started = estate.startedAt(other.name());
    var names = estate.names();

    asking(1, mine).activate(epoch(1, "/search", mine, other));

    assertThat(estate.names()).isEqualTo(names);
    assertThat(estate.file(other, "live/nginx.conf")).isEqualTo(text);
    assertThat(estate.startedAt(other.name())).isEqualTo(started);
    assertThat(body(other, "/search")).isEqualTo("hand");
  }

  @Test
  void namesWhyNginxRefusesAFile() {
    var good = estate.mounted("good", Reload.SIGNAL);
    var bad = ContainerEstate.listening(estate.archived("bad", Reload.SIGNAL), "127.0.0.1:99999");
    var first = epoch(1, "/search", good, bad);
    var asking = asking(1, good, bad);
    var names = estate.names();
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Stage(first)));

    var votes = asking.ask(new ExecutorCall.Prepare(first));

    assertThat(votes).extracting(r -> r.answer()).containsExactly(Answer.YES, Answer.NO);
    assertThat(votes.getLast().reason()).contains("NGINX refuses the file").contains("99999");
    assertThat(estate.names()).isEqualTo(names);
    assertThat(body(bad, "/search")).isEqualTo("hand");
  }

  @Test
  void votesNoWhereTheContainerSeesAnotherFolder() throws Exception {
    var gateway = estate.mounted("elsewhere", Reload.SIGNAL);
    Path wrong = Files.createDirectories(root.resolve("wrong"));
    var misled =
        new ContainerGateway(
            gateway.name(),
            gateway.namespace(),
            gateway.which(),
            gateway.inside(),
            new ContainerGateway.Reach.Mounted(wrong),
            gateway.binary(),
            gateway.reload(),
            gateway.url(),
            gateway.site());
    var first = epoch(1, "/search", gateway);
    asking(1, misled).ask(new ExecutorCall.Stage(first));

    var vote = asking(1, misled).one(new ExecutorCall.Prepare(first));

    assertThat(vote.answer()).isEqualTo(Answer.NO);
    assertThat(vote.reason()).contains("is " + wrong + " mounted at " + ContainerEstate.INSIDE);
  }

  @Test
  void asksWhetherItMayAskAGatewayThatDoesNotSayWhoItIs() {
    var gateway = ContainerEstate.askedBy(estate.mounted("closed", Reload.SIGNAL), List.of());
    var first = epoch(1, "/search", gateway);
    var asking = asking(1, gateway);
    asking.ask(new ExecutorCall.Stage(first));
    asking.ask(new ExecutorCall.Publish(first));

    BoundedWait.until(
        "the workers are new",
        Duration.ofMinutes(1),
        () -> asking.one(new ExecutorCall.Converge(first)).reason().contains("digest"));

    assertThat(asking.one(new ExecutorCall.Converge(first)).reason())
        .contains("is the agent's source address among its askers?");
  }

  @Test
  void refusesAFolderThatIsNoMount() {
    var gateway = ContainerEstate.inside(estate.archived("unmounted", Reload.SIGNAL), "/run");

    var staged = asking(1, gateway).one(new ExecutorCall.Stage(epoch(1, "/search", gateway)));

    assertThat(staged.answer()).isEqualTo(Answer.NO);
    assertThat(staged.reason()).contains("mount a folder or volume at /run");
  }

  @Test
  void findsAContainerByItsLabelAndSaysWhenTwoHaveIt() {
    var gateway = estate.mounted("labelled", Reload.SIGNAL);
    var byLabel = ContainerEstate.which(gateway, new Which.Labelled("role", "labelled"));
    asking(1, byLabel).activate(epoch(1, "/search", byLabel));
    var key = docker.label().entrySet().iterator().next();
    var byAll = ContainerEstate.which(gateway, new Which.Labelled(key.getKey(), key.getValue()));

    var topology = asking(1, byAll).look("topology");

    assertThat(topology.answer()).isEqualTo(Answer.NO);
    assertThat(topology.reason()).contains("behind").contains("give each gateway a label");
  }

  @Test
  void leavesOpenWhatAStoppedContainerDoes() {
    var gateway = estate.archived("stopped", Reload.SIGNAL);
    var asking = asking(1, gateway);
    var first = epoch(1, "/search", gateway);
    docker.client().stopContainerCmd(gateway.name()).withTimeout(5).exec();
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Stage(first)));

    assertThat(asking.one(new ExecutorCall.Prepare(first)).answer()).isEqualTo(Answer.UNKNOWN);
    var published = asking.one(new ExecutorCall.Publish(first));
    assertThat(published.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(published.reason()).contains("the file is switched, but").contains("exited");

    docker.client().startContainerCmd(gateway.name()).exec();
    asking.awaitConverged(first);
  }

  @Test
  void leavesOpenWhatAPausedContainerDoes() {
    var gateway = estate.mounted("paused", Reload.SIGNAL);
    var asking = asking(1, gateway);
    var first = epoch(1, "/search", gateway);
    docker.client().pauseContainerCmd(gateway.name()).exec();
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Stage(first)));

    assertThat(asking.one(new ExecutorCall.Publish(first)).answer()).isNotEqualTo(Answer.YES);
    assertThat(asking.one(new ExecutorCall.Converge(first)).answer()).isNotEqualTo(Answer.YES);

    docker.client().unpauseContainerCmd(gateway.name()).exec();
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Publish(first)));
    asking.awaitConverged(first);
  }

  @Test
  void doesNotTakeAContainerForConvergedThatFindsNoService() {
    var gateway = estate.archived("unplugged", Reload.SIGNAL);
    estate.disconnect(gateway);
    var asking = asking(1, gateway);
    var first = epoch(1, "/search", gateway);
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Stage(first)));

    var published = asking.one(new ExecutorCall.Publish(first));
    var converged = asking.one(new ExecutorCall.Converge(first));

    assertThat(converged.answer()).as(published + " " + converged).isNotEqualTo(Answer.YES);
    assertThat(body(gateway, "/search")).as("the file before").isEqualTo("hand");

    estate.reconnect(gateway);
    asking.activate(first);
    assertThat(body(gateway, "/search")).isEqualTo("searched");
  }

  @Test
  void saysThatAContainerIsGone() {
    var gateway = estate.mounted("vanishing", Reload.SIGNAL);
    var listed = docker.client().listContainersCmd().exec();
    var here =
        (ResolvedContainer.Present) ResolvedContainer.among(listed, docker.client(), gateway);
    docker.client().removeContainerCmd(here.id()).withForce(true).exec();

    var thrown =
        Assertions.catchThrowableOfType(RuntimeException.class, () -> here.view().target());
    var fault = DockerFaultMapper.of(thrown, URI.create(docker.host()));
    var later = asking(1, gateway).one(new ExecutorCall.Converge(epoch(1, "/search", gateway)));

    assertThat(fault).isInstanceOf(CallFault.Unavailable.class);
    assertThat(fault.reason()).contains("removed after it was listed").contains("start it again");
    assertThat(later.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(later.reason()).contains("no container has the name vanishing: start it");
  }

  @Test
  void leavesEveryGatewayUnknownWhereNoDaemonAnswers() {
    var gateway = estate.mounted("daemonless", Reload.SIGNAL);
    var asking = ContainerGatewayCalls.of("unix://" + root.resolve("nobody.sock"), 1, gateway);

    var report = asking.one(new ExecutorCall.Observe());

    assertThat(report.member()).isEqualTo("gateway/edge/daemonless");
    assertThat(report.answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(report.reason()).contains("correct docker.host");
  }

  private static void bringsEpochsAndBack(ContainerGateway gateway) {
    var asking = asking(1, gateway);
    var names = estate.names();
    var observed = asking.ask(new ExecutorCall.Observe());
    var first = epoch(1, "/search", gateway);
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Stage(first)));
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Prepare(first)));
    assertThat(estate.file(gateway, "live")).isEqualTo("epochs/0");
    assertThat(body(gateway, "/search")).isEqualTo("hand");
    assertThat(asking.one(new ExecutorCall.Converge(first)).answer()).isEqualTo(Answer.NO);

    assertThat(asking.one(new ExecutorCall.Publish(first)).facts()).containsEntry("changed", true);
    asking.awaitConverged(first);
    assertThat(body(gateway, "/search")).isEqualTo("searched");
    ContainerGatewayCalls.assertYes(List.of(asking.look("scan"), asking.look("topology")));
    assertThat(asking.look("marks").facts()).containsEntry("epoch", 1L);

    asking.activate(epoch(2, "/find", gateway));
    assertThat(body(gateway, "/find")).isEqualTo("searched");
    var same = epoch(3, "/find", gateway);
    asking.ask(new ExecutorCall.Stage(same));
    assertThat(asking.one(new ExecutorCall.Publish(same)).facts()).containsEntry("changed", false);

    asking.activate(restoring(observed, 4));
    assertThat(body(gateway, "/search")).isEqualTo("hand");
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Discard(2)));
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Discard(2)));
    assertThat(asking.one(new ExecutorCall.Discard(4)).reason()).contains("is live there");
    assertThat(estate.names()).isEqualTo(names);
  }

  private static ContainerGatewayCalls asking(long term, ContainerGateway... gateways) {
    return ContainerGatewayCalls.of(docker.host(), term, gateways);
  }
}
