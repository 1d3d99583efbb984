package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.kubernetes.Act.Order;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is to be done with one gateway, as it was read, to bring it to an epoch. */
sealed interface PublishStep {

  /** Nothing, and why. */
  record Said(Report report) implements PublishStep {}

  /**
   * @param volume what the Deployment is to refer to; what it refers to already where {@code
   *     switches} is false
   */
  record Write(Standing standing, Volume volume, Marks marks, boolean switches)
      implements PublishStep {

    String member() {
      return standing.gateway().member();
    }

    Map<String, Object> annotations() {
      var written = standing.written();
      long generation = Rollout.generation(standing.deployment());
      long switched = switches ? generation + 1 : written.switchedBy(generation);
      return written.annotations(marks, switched);
    }

    Report done() {
      var owners = Ownership.others(standing.deployment(), standing.gateway().volume());
      var facts = new TreeMap<String, Object>();
      facts.put("changed", switches);
      facts.put("configMaps", References.names(volume));
      if (switches && !owners.isEmpty()) {
        facts.put("taken_from", owners.stream().map(Ownership.Owner::manager).distinct().toList());
      }
      return Report.yes(member(), marks.digest(), facts);
    }
  }

  static PublishStep of(Api api, Standing standing, Order order, Wanted wanted)
      throws KubernetesFault, InterruptedException {
    return switch (wanted) {
      case Wanted.Impossible(String reason) ->
          new Said(Report.no(standing.gateway().member(), reason));
      case Wanted.Unlisted(var why) -> new Said(why.kept(standing.gateway().member()));
      case Wanted.Known known -> of(api, standing, order, known);
    };
  }

  private static PublishStep of(Api api, Standing standing, Order order, Wanted.Known wanted)
      throws KubernetesFault, InterruptedException {
    var gateway = standing.gateway();
    var activation = order.activation();
    var overtaken = Act.overtaken(gateway, standing.marks(), order);
    if (overtaken.isPresent()) {
      return new Said(overtaken.get());
    }
    var bundle = wanted.bundle();
    var files = bundle.files().digest();
    var marks = new Marks(order.term(), activation.epoch(), activation.digest(), files);
    var volume = volume(api, standing, activation.epoch(), wanted);
    if (volume.isEmpty()) {
      String why = Staging.unread(standing, activation.epoch(), bundle).orElse("");
      return new Said(Report.no(gateway.member(), why));
    }
    boolean switches = !volume.get().equals(standing.slot().volume());
    if (!switches && said(standing.marks(), marks)) {
      var facts = Map.<String, Object>of("changed", false);
      return new Said(Report.yes(gateway.member(), activation.digest(), facts));
    }
    var obstacle = switches ? standing.obstacle() : Optional.<String>empty();
    return obstacle.isPresent()
        ? new Said(Report.no(gateway.member(), obstacle.get()))
        : new Write(standing, volume.get(), marks, switches);
  }

  private static boolean said(Marks there, Marks wanted) {
    return there.epoch() == wanted.epoch()
        && there.digest().equals(wanted.digest())
        && there.files().equals(wanted.files());
  }

  /**
   * What the Deployment is to refer to: what was found before the first change, where that is put
   * back and still is what it was; what it refers to already, or else what pods of it still run,
   * where that shows the same files and can't change; else what was staged. Empty where that isn't
   * there.
   */
  private static Optional<Volume> volume(
      Api api, Standing standing, long epoch, Wanted.Known wanted)
      throws KubernetesFault, InterruptedException {
    var bundle = wanted.bundle();
    if (wanted.former() && unchanged(api, standing, bundle)) {
      return Optional.of(bundle.volume());
    }
    var files = bundle.files();
    if (standing.showsForGood(standing.slot().volume(), files)) {
      return Optional.of(standing.slot().volume());
    }
    var running = new PodVolumes(standing).with(files);
    if (running.isPresent()) {
      return running;
    }
    return Staging.unread(standing, epoch, bundle).isEmpty()
        ? Optional.of(bundle.staged(standing.gateway(), epoch))
        : Optional.empty();
  }

  private static boolean unchanged(Api api, Standing standing, Bundle bundle)
      throws KubernetesFault, InterruptedException {
    for (var entry : bundle.pieces().entrySet()) {
      var there = api.get(Kind.CONFIG_MAPS, standing.gateway().namespace(), entry.getKey());
      if (there.map(Piece::of).filter(entry.getValue()::equals).isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
