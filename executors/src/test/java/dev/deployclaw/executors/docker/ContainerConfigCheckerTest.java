package dev.deployclaw.executors.docker;

import static dev.deployclaw.executors.docker.ContainerGatewayCalls.epoch;
import static dev.deployclaw.executors.docker.ContainerGatewayCalls.restoring;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Capability;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.docker.ContainerGateway.Reload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a container that checks a file may do: read that file, and nothing of the gateway's. */
class ContainerConfigCheckerTest extends ContainerEstateCases {
  private static final String SECRET = ContainerEstate.INSIDE + "/key";

  @Test
  void hasNoRightAndNoVolumeOfTheGateway() {
    var gateway = here("confined");
    var words = List.of(gateway.gateway().binary(), "-v");
    var made =
        TemporaryContainer.create(gateway, TemporaryContainer.Purpose.check(1), words, List.of());
    InspectContainerResponse found;
    try (var check = ((TemporaryContainer.Made.Created) made).container()) {
      found = docker.client().inspectContainerCmd(check.id()).exec();
    }

    var host = found.getHostConfig();
    assertThat(host.getVolumesFrom()).isNullOrEmpty();
    assertThat(host.getBinds()).isNullOrEmpty();
    assertThat(host.getReadonlyRootfs()).isTrue();
    assertThat(host.getCapDrop()).containsExactly(Capability.ALL);
    assertThat(host.getCapAdd()).isNullOrEmpty();
    assertThat(host.getPrivileged()).isFalse();
    assertThat(host.getSecurityOpts()).containsExactly("no-new-privileges");
    assertThat(host.getNetworkMode()).isEqualTo("none");
    assertThat(host.getPidsLimit()).isBetween(1L, 64L);
    assertThat(host.getMemory()).isEqualTo(512L << 20).isEqualTo(host.getMemorySwap());
    assertThat(found.getConfig().getUser()).doesNotStartWith("0").isNotBlank();
    assertThat(found.getMounts())
        .singleElement()
        .satisfies(m -> assertThat(m.getDestination()).hasToString(TemporaryContainer.SHOWN))
        .satisfies(m -> assertThat(m.getName()).isNotEqualTo("confined"));
  }

  @Test
  void leavesNeitherContainerNorVolume() {
    var gateway = estate.archived("tidy", Reload.SIGNAL);
    var asking = ContainerGatewayCalls.of(docker.host(), 1, gateway);
    var first = epoch(1, "/search", gateway);
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Stage(first)));
    var names = estate.names();
    int volumes = docker.client().listVolumesCmd().exec().getVolumes().size();

    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Prepare(first)));

    assertThat(estate.names()).isEqualTo(names);
    assertThat(docker.client().listVolumesCmd().exec().getVolumes()).hasSize(volumes);
  }

  /** As a port of the well-known ones, which needs a right elsewhere. */
  @Test
  void takesAFileThatListensOnPort80() {
    var gateway = ContainerEstate.listening(estate.archived("low-port", Reload.SIGNAL), "80");
    var asking = ContainerGatewayCalls.of(docker.host(), 1, gateway);
    var first = epoch(1, "/search", gateway);

    asking.ask(new ExecutorCall.Stage(first));

    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Prepare(first)));
  }

  /** NGINX quotes the first word of what it can't understand: a secret that it may include. */
  @Test
  void neitherReadsNorWritesWhatTheGatewayMounts() throws Exception {
    var gateway = here("curious");
    put(gateway, "key", "hush-hush;");
    var parser = new ContainerConfigChecker(Duration.ofMinutes(1));

    var read = parser.parse(gateway, bytes("include %s;".formatted(SECRET)), 1);
    var planted = parser.parse(gateway, logsTo(ContainerEstate.INSIDE), 1);
    var outside = parser.parse(gateway, logsTo("/run"), 1);

    assertThat(read.toString()).contains("No such file").doesNotContain("hush-hush");
    assertThat(planted.toString()).contains("Refused").contains("No such file");
    assertThat(outside.toString()).contains("Refused").contains("Read-only file system");
  }

  /** A file by hand is put back as it was found, and nobody but its gateway reads it. */
  @Test
  void isNotStartedForAFileThatWasFound() throws Exception {
    var here = here("found");
    var gateway = here.gateway();
    var asking = ContainerGatewayCalls.of(docker.host(), 1, gateway);
    put(here, "key", "hush-hush;");
    put(here, "epochs/0/nginx.conf", "include %s;".formatted(SECRET));
    var back = restoring(asking.ask(new ExecutorCall.Observe()), 1);
    ContainerGatewayCalls.assertYes(asking.ask(new ExecutorCall.Stage(back)));

    var vote = asking.one(new ExecutorCall.Prepare(back));

    assertThat(vote.reason()).doesNotContain("hush-hush");
    assertThat(vote.answer()).isEqualTo(Answer.YES);
  }

  private static byte[] logsTo(String folder) {
    String scratch = TemporaryContainer.WRITABLE;
    return bytes("pid %s/pid; error_log %s/planted; events {}".formatted(scratch, folder));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void put(ResolvedContainer.Present gateway, String name, String text) {
    gateway
        .client()
        .copyArchiveToContainerCmd(gateway.id())
        .withRemotePath(ContainerEstate.INSIDE)
        .withTarInputStream(new TarArchive().file(name, bytes(text)).stream())
        .exec();
  }

  private static ResolvedContainer.Present here(String name) {
    var gateway = estate.archived(name, Reload.SIGNAL);
    var listed = docker.client().listContainersCmd().exec();
    return (ResolvedContainer.Present) ResolvedContainer.among(listed, docker.client(), gateway);
  }
}
