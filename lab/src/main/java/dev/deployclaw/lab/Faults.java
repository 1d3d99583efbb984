package dev.deployclaw.lab;

import dev.deployclaw.container.cli.Surroundings;
import dev.deployclaw.testkit.Daemon;
import dev.deployclaw.testkit.SkewedClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Bad things that can be done to a lab, and how they are undone. */
final class Faults {
  private static final String KEPT = ".before-fault";

  private final Lab lab;
  private final Surroundings around;

  Faults(Lab lab, Surroundings around) {
    this.lab = lab;
    this.around = around;
  }

  /**
   * The name by which people call a process: its folder and its own name below the lab's folder.
   */
  static String name(Lab lab, Daemon daemon) {
    return lab.folder().relativize(daemon.folder()).resolve(daemon.name()).toString();
  }

  /**
   * Returns the exit code.
   *
   * @param millis how much, for a fault that has an amount
   */
  int apply(String fault, String target, OptionalInt millis) {
    return switch (fault) {
      case "kill" -> onDaemon(target, Daemon::kill);
      case "pause" -> onDaemon(target, Daemon::pause);
      case "unguard" -> unguard(target);
      case "skew" -> skew(target, millis);
      default -> wrong("unknown fault " + fault + "; known: kill, pause, unguard, skew");
    };
  }

  /** Resumes what is paused, restarts what is dead, puts files back. */
  int heal() {
    for (var daemon : lab.daemons()) {
      if (!daemon.alive()) {
        daemon.restart();
        daemon.leave();
        around.out().println("restarted " + name(lab, daemon));
      } else if (daemon.paused()) {
        daemon.resume();
        around.out().println("resumed " + name(lab, daemon));
      }
    }
    gatewayFiles().forEach(this::guardAgain);
    lab.daemons().forEach(this::setRight);
    return 0;
  }

  private int onDaemon(String target, Consumer<Daemon> act) {
    var found = find(target);
    if (found.isEmpty()) {
      return wrong("nothing here is named " + target + "; see: deployclaw lab status");
    }
    act.accept(found.get());
    return 0;
  }

  /** Takes {@code auth_request} out of a gateway's live file: it lets everything through. */
  private int unguard(String gateway) {
    var file = lab.folder().resolve("gateways").resolve(gateway).resolve("live/nginx.conf");
    if (!Files.exists(file)) {
      return wrong("there is no gateway " + gateway);
    }
    try {
      var live = file.toRealPath();
      var text = Files.readString(live);
      Files.writeString(kept(live), text);
      Files.writeString(live, text.replaceAll("(?m)^\\s*auth_request /.*\n", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return onDaemon("gateways/" + gateway, Daemon::hangUp);
  }

  /** Puts a Redis node's clock ahead, or behind by a negative amount. */
  private int skew(String target, OptionalInt millis) {
    var found = find(target).flatMap(daemon -> SkewedClock.find(daemon.folder()));
    if (millis.isEmpty() || found.isEmpty()) {
      return wrong("skew needs a Redis node and milliseconds: skew redis/node-7001 40");
    }
    found.get().set(Duration.ofMillis(millis.getAsInt()));
    return 0;
  }

  private void setRight(Daemon daemon) {
    var skewed = SkewedClock.find(daemon.folder()).filter(clock -> !clock.offset().isZero());
    if (skewed.isPresent()) {
      skewed.get().set(Duration.ZERO);
      around.out().println("set the clock of " + name(lab, daemon) + " right");
    }
  }

  private void guardAgain(Path kept) {
    try {
      Files.move(
          kept, Path.of(kept.toString().replace(KEPT, "")), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var home = lab.folder().relativize(kept).subpath(0, 2).toString();
    find(home).ifPresent(Daemon::hangUp);
    around.out().println("put back the file of " + home);
  }

  private List<Path> gatewayFiles() {
    var gateways = lab.folder().resolve("gateways");
    if (!Files.isDirectory(gateways)) {
      return List.of();
    }
    try (var files =
        Files.find(gateways, 5, (path, _) -> path.getFileName().toString().endsWith(KEPT))) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By full name, or by the beginning of it where only one fits. */
  private Optional<Daemon> find(String target) {
    var fits = lab.daemons().stream().filter(d -> name(lab, d).startsWith(target)).toList();
    var exact = fits.stream().filter(d -> name(lab, d).equals(target)).findFirst();
    if (exact.isPresent() || fits.size() != 1) {
      return exact.or(
          () -> fits.stream().filter(d -> name(lab, d).startsWith(target + "/")).findFirst());
    }
    return Optional.of(fits.getFirst());
  }

  private int wrong(String message) {
    around.err().println(message);
    return 2;
  }

  private static Path kept(Path live) {
    return Path.of(live + KEPT);
  }
}
