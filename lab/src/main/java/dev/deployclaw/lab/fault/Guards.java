package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.Daemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Gateways whose live file doesn't ask the rate limit service any more. */
final class Guards {
  private static final String GATEWAYS = "gateways";
  private static final String KEPT = ".before-fault";

  /** Below the gateways' folder: gateway, epochs, epoch, file. */
  private static final int DEPTH = 4;

  private final Path home;

  Guards(Path labFolder) {
    this.home = labFolder.resolve(GATEWAYS);
  }

  List<Fault> current() {
    return kept().stream().map(this::fault).toList();
  }

  /** Takes {@code auth_request} out of the live file. */
  Fault remove(Targets targets, String gateway) throws Impossible {
    var target = targets.running(GATEWAYS, gateway);
    try {
      var live = target.daemon().folder().resolve("live/nginx.conf").toRealPath();
      var kept = Path.of(live + KEPT);
      if (Files.exists(kept)) {
        throw new Impossible(target.name() + " asks nobody already");
      }
      var text = Files.readString(live);
      var without = text.replaceAll("(?m)^\\s*auth_request /.*\n", "");
      if (without.equals(text)) {
        throw new Impossible(target.name() + " asks nobody yet; apply a policy first");
      }
      Files.writeString(kept, text);
      Files.writeString(live, without);
      target.daemon().hangUp();
      return Fault.of(FaultKind.UNGUARD, target.own());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what was taken back. */
  List<Fault> heal(Targets targets) {
    var healed = new ArrayList<Fault>();
    for (var kept : kept()) {
      var file = Path.of(kept.toString().replace(KEPT, ""));
      try {
        Files.move(kept, file, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      var fault = fault(kept);
      targets.all().values().stream()
          .filter(daemon -> daemon.folder().equals(home.resolve(fault.target())))
          .forEach(Daemon::hangUp);
      healed.add(fault);
    }
    return healed;
  }

  private Fault fault(Path kept) {
    return Fault.of(FaultKind.UNGUARD, home.relativize(kept).getName(0).toString());
  }

  private List<Path> kept() {
    if (!Files.isDirectory(home)) {
      return List.of();
    }
    try (var files =
        Files.find(home, DEPTH, (path, _) -> path.getFileName().toString().endsWith(KEPT))) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
