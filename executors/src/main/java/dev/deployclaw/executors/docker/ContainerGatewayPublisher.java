package dev.deployclaw.executors.docker;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.executors.nginx.RunningConfigProbe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a staged file the live one, and finds out whether the running NGINX acts on it.
 *
 * <p>Whether a reload is needed is seen from the process: an agent that died between the link and
 * the signal is repaired by publishing again. That the old workers are gone is seen from those that
 * ran before the reload, whose marks are kept beside the file.
 */
record ContainerGatewayPublisher(RunningConfigProbe identity) {
  /** How long a container that is restarted may finish its requests. */
  private static final int STOP_SECONDS = 10;

  MemberReport publish(
      ResolvedContainer.Present gateway,
      EpochSpec activation,
      FencingToken fence,
      DesiredGatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    var mark = new FenceMark(fence.term(), activation.epoch());
    var refused = switched(gateway, mark, wanted);
    if (refused.isPresent()) {
      return MemberReport.no(gateway.gateway().member(), refused.get());
    }
    if (!gateway.runs()) {
      return MemberReport.unknown(
          gateway.gateway().member(),
          "the file is switched, but " + gateway.state() + ": start it");
    }
    if (identity.actsOn(gateway.gateway().url(), wanted.config())
        && !awaitsReload(gateway, mark.epoch())) {
      return MemberReport.yes(
          gateway.gateway().member(), activation.digest(), Map.of("changed", false));
    }
    keepWorkers(gateway, mark.epoch());
    reload(gateway);
    return MemberReport.yes(
        gateway.gateway().member(), activation.digest(), Map.of("changed", true));
  }

  /** One look. */
  MemberReport converge(
      ResolvedContainer.Present gateway, EpochSpec activation, DesiredGatewayFile.Wanted wanted)
      throws IOException {
    var view = gateway.view();
    String target = view.target().orElse("nothing");
    if (!target.equals("epochs/" + activation.epoch())) {
      return no(gateway, "live points to " + target);
    }
    if (view.liveFile().filter(wanted::is).isEmpty()) {
      return no(gateway, "the live file is not the committed one");
    }
    if (!gateway.runs()) {
      return no(gateway, gateway.state() + ": start it");
    }
    return process(gateway, activation, wanted);
  }

  /** The link moves under the fence; what is written before it is invisible. */
  private static Optional<String> switched(
      ResolvedContainer.Present gateway, FenceMark mark, DesiredGatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    var view = gateway.view();
    var refused = view.fence().flatMap(mark::refusedBy);
    if (refused.isPresent()) {
      return refused;
    }
    if (gateway.runs() && view.liveFile().filter(wanted::is).isEmpty()) {
      keepWorkers(gateway, mark.epoch());
    }
    if (view.file(mark.epoch()).filter(wanted::is).isEmpty()) {
      gateway.shelf().write(mark.epoch(), GatewayFolder.FILE, wanted.bytes());
    }
    return gateway.shelf().switchTo(mark);
  }

  private static void reload(ResolvedContainer.Present gateway) {
    switch (gateway.gateway().reload()) {
      case SIGNAL -> gateway.client().killContainerCmd(gateway.id()).withSignal("HUP").exec();
      case RESTART ->
          gateway.client().restartContainerCmd(gateway.id()).withTimeout(STOP_SECONDS).exec();
    }
  }

  /** So that a later look knows whether the reload came. */
  private static void keepWorkers(ResolvedContainer.Present gateway, long epoch)
      throws IOException {
    String marks = ContainerProcessList.of(gateway.client(), gateway.id()).marks();
    gateway.shelf().write(epoch, GatewayFolder.WORKERS, marks.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whether the workers are still those that read another file before. A file that was changed by
   * hand can name the right digest, so what the process says of itself is not enough.
   */
  private static boolean awaitsReload(ResolvedContainer.Present gateway, long epoch)
      throws IOException {
    var before = gateway.view().keptWorkers(epoch);
    return before.isPresent()
        && !ContainerProcessList.of(gateway.client(), gateway.id()).renewed(before.get());
  }

  private MemberReport process(
      ResolvedContainer.Present gateway, EpochSpec activation, DesiredGatewayFile.Wanted wanted)
      throws IOException {
    var nginx = ContainerProcessList.of(gateway.client(), gateway.id());
    var stale = nginx.stale(gateway.view().keptWorkers(activation.epoch()).orElse(""));
    if (!stale.isEmpty()) {
      return no(gateway, stale.size() + " worker of an older file still runs");
    }
    if (nginx.workers().isEmpty()) {
      return no(gateway, "no worker runs");
    }
    var others = identity.others(gateway.gateway().url(), wanted.config());
    if (!others.isEmpty()) {
      return no(gateway, "acts on another file: " + others.getFirst() + unheard(others));
    }
    return MemberReport.yes(gateway.gateway().member(), activation.digest(), wanted.facts());
  }

  /** A gateway answers so to who isn't among its askers, too. */
  private static String unheard(List<String> others) {
    return others.contains(RunningConfigProbe.SILENT)
        ? "; is the agent's source address among its askers?"
        : "";
  }

  private static MemberReport no(ResolvedContainer.Present gateway, String reason) {
    return MemberReport.no(gateway.gateway().member(), reason);
  }
}
