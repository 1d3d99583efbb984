package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.estate.LabEstate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The network namespace that {@code ./campaign} enters before it starts anything
 * (network_namespaces(7)). All servers and all cuts of a campaign are in it; it is gone with the
 * last process in it.
 *
 * @param outer the network that it came from; empty where it entered none
 */
record CampaignNetwork(Optional<String> outer) {
  private static final String OBSTACLE =
      "links are cut in a network namespace of the campaign's own alone, which ./campaign makes as"
          + " root (in a container with the capability SYS_ADMIN)";

  /** By what the script says. */
  static CampaignNetwork entered() {
    return new CampaignNetwork(Optional.ofNullable(System.getenv("CAMPAIGN_OUTER_NETWORK")));
  }

  /** Those that touch nothing of this machine's own network; {@code left} hears of the others. */
  List<TrialKind> possible(List<TrialKind> asked, Consumer<String> left) {
    boolean own = holds(ProcessHandle.current().pid());
    asked.stream()
        .filter(kind -> kind.cuts() && !own)
        .forEach(kind -> left.accept("without " + kind.word() + ": " + OBSTACLE));
    return asked.stream().filter(kind -> !kind.cuts() || own).toList();
  }

  /** How a person comes to the servers of a lab that runs on; empty in the usual network. */
  Optional<String> way(LabEstate lab) {
    return lab.daemons().stream()
        .filter(daemon -> daemon.alive() && holds(daemon.pid()))
        .findFirst()
        .map(daemon -> "nsenter --net -t " + daemon.pid());
  }

  /** Whether a process is in it; false where that can't be seen. */
  boolean holds(long pid) {
    try {
      var network = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns", "net"));
      return outer.filter(o -> !o.equals(network.toString())).isPresent();
    } catch (IOException e) {
      return false;
    }
  }
}
