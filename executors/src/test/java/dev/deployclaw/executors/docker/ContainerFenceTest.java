package dev.deployclaw.executors.docker;

import static dev.deployclaw.executors.docker.ContainerGatewayCalls.epoch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.docker.ContainerGateway.Reload;
import dev.deployclaw.executors.member.FenceMark;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leaders of different terms at the same gateways. */
class ContainerFenceTest extends ContainerEstateCases {
  private static final List<String> WORDS = List.of("/usr/sbin/nginx", "-v");

  @Test
  void refusesAnEarlierLeaderAndAnEarlierEpoch() {
    var mounted = estate.mounted("fenced-mount", Reload.SIGNAL);
    var archived = estate.archived("fenced-volume", Reload.SIGNAL);
    asking(5, mounted, archived).activate(epoch(2, "/search", mounted, archived));

    var deposed = publish(4, 3, mounted, archived);
    var stale = publish(5, 1, mounted, archived);

    assertThat(deposed).extracting(MemberReport::answer).containsOnly(Answer.NO);
    assertThat(deposed.getLast().reason())
        .contains("the leader of the later term 5 has already written here");
    assertThat(stale).extracting(MemberReport::answer).containsOnly(Answer.NO);
    assertThat(stale.getLast().reason()).contains("the later epoch 2 is live");
    assertThat(estate.file(mounted, "live")).isEqualTo("epochs/2");
    assertThat(estate.file(archived, "live")).isEqualTo("epochs/2");
    assertThat(publish(6, 2, mounted, archived))
        .extracting(MemberReport::answer)
        .containsOnly(Answer.YES);
  }

  @Test
  void takesTheWayFromALeaderThatStopsInTheMiddle() {
    var gateway = here("half-way");
    var stuck = created(gateway, 5);

    var later = gateway.shelf();
    assertThat(switched(later, new FenceMark(6, 9))).isTrue();

    assertThatThrownBy(() ->
            docker
                .client()
                .copyArchiveToContainerCmd(stuck.id())
                .withRemotePath(ContainerEstate.INSIDE)
                .withTarInputStream(new TarArchive().link("live", "epochs/8").stream())
                .exec())
        .isInstanceOf(NotFoundException.class);
    assertThat(estate.file(gateway.gateway(), "live")).isEqualTo("epochs/9");
  }

  @Test
  void doesNotComeBetweenALaterLeader() {
    var gateway = here("at-work");
    var later = created(gateway, 7);

    var refused =
        TemporaryContainer.create(
            gateway, TemporaryContainer.Purpose.switching(6), WORDS, List.of());

    assertThat(refused)
        .isEqualTo(new TemporaryContainer.Made.Refused("the leader of term 7 is at work there"));
    later.close();
    assertThat(switched(gateway.shelf(), new FenceMark(6, 1))).isTrue();
  }

  @Test
  void removesNoForeignContainerOfItsName() {
    var gateway = here("usurped");
    String name = "deployclaw-switch-edge.usurped";
    docker
        .client()
        .createContainerCmd(gateway.image())
        .withName(name)
        .withLabels(docker.label())
        .withCmd(WORDS)
        .exec();

    var refused =
        TemporaryContainer.create(
            gateway, TemporaryContainer.Purpose.switching(6), WORDS, List.of());

    assertThat(refused).isInstanceOf(TemporaryContainer.Made.Refused.class);
    assertThat(refused.toString()).contains("of another owner has the name").contains(name);
    assertThat(estate.names()).contains(name);
  }

  @Test
  void removesAContainerThoughItIsInterrupted() {
    var gateway = here("interrupted");
    var container = created(gateway, 1);

    Thread.currentThread().interrupt();
    container.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(estate.names()).doesNotContain("deployclaw-switch-edge.interrupted");
  }

  private static List<MemberReport> publish(long term, long epoch, ContainerGateway... gateways) {
    return asking(term, gateways).ask(new ExecutorCall.Publish(epoch(epoch, "/search", gateways)));
  }

  private static boolean switched(GatewayFolder shelf, FenceMark mark) {
    try {
      return shelf.switchTo(mark).isEmpty();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static TemporaryContainer created(ResolvedContainer.Present gateway, long term) {
    var made =
        TemporaryContainer.create(
            gateway, TemporaryContainer.Purpose.switching(term), WORDS, List.of());
    return ((TemporaryContainer.Made.Created) made).container();
  }

  private static ResolvedContainer.Present here(String name) {
    var gateway = estate.archived(name, Reload.SIGNAL);
    var listed = docker.client().listContainersCmd().exec();
    return (ResolvedContainer.Present) ResolvedContainer.among(listed, docker.client(), gateway);
  }

  private static ContainerGatewayCalls asking(long term, ContainerGateway... gateways) {
    return ContainerGatewayCalls.of(docker.host(), term, gateways);
  }
}
