package dev.deployclaw.lab;

import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The lab that all classes of a JVM share which leave it as they found it: three gateways, after a
 * first run. Between two classes faults are healed, all policies of the sources are made live
 * again, and it is compared with what it was. A class that left it otherwise fails by that, is
 * named, and the next one gets another lab.
 *
 * <p>Numbers of epochs and logs of earlier classes are there. A class that loses a store's content
 * for good, or that needs a first run, has a lab of its own.
 */
final class SharedLab implements BeforeAllCallback, AfterAllCallback {
  private static final int GATEWAYS = 3;

  private static Optional<Ready> ready = Optional.empty();

  /** A lab as it was after its first run. */
  private record Ready(
      LabFixture scene, LiveEstate estate, String digest, SortedMap<String, String> files) {
    static Ready of(LabFixture scene) {
      var estate = LiveEstate.of(scene.lab(), scene.config());
      return new Ready(scene, estate, estate.checker().digest(), written(scene.lab()));
    }

    /** Makes it what it was, as far as that goes without the class's knowledge. */
    List<String> wrong() {
      var wrong = new ArrayList<String>();
      try {
        scene.heal();
        scene.sow();
        wrong.addAll(left(estate.run("status", "--json")));
        var applied = estate.applyAll();
        if (applied.exit() != 0) {
          wrong.add("the sources can't be made live: " + applied.out() + applied.err());
        }
        if (!estate.checker().digest().equals(digest)) {
          wrong.add("the sources make another set of policies live");
        }
        if (!written(scene.lab()).equals(files)) {
          wrong.add("these files were others: " + files);
        }
        estate.checker().assertWhole();
      } catch (RuntimeException | AssertionError e) {
        wrong.add(e.toString()); // whatever it is, the next class gets another lab
      }
      return wrong;
    }

    /** What waits for somebody. */
    private static List<String> left(Ran status) {
      var wrong = new ArrayList<String>();
      if (!status.json().path("held").isEmpty()) {
        wrong.add("a change is held: " + status.json().path("held"));
      }
      if (status.json().path("frozen").asBoolean()) {
        wrong.add("changes are frozen");
      }
      return wrong;
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (ready.isEmpty()) {
      ready = Optional.of(Ready.of(started()));
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    var wrong = ready.orElseThrow().wrong();
    if (!wrong.isEmpty()) {
      ready.orElseThrow().scene().close();
      ready = Optional.empty();
      throw new AssertionError(
          context.getRequiredTestClass().getSimpleName()
              + " left the shared lab otherwise than it found it:\n"
              + String.join("\n", wrong));
    }
  }

  LabFixture scene() {
    return ready.orElseThrow().scene();
  }

  LiveEstate estate() {
    return ready.orElseThrow().estate();
  }

  private static LabFixture started() throws Exception {
    var scene = LabFixture.up(Files.createTempDirectory("shared"), GATEWAYS);
    var first = new LabAgent(scene.lab(), Map.of()).learn("run", LiveEstate.ALL);
    if (first.exit() != 0) {
      scene.close();
      throw new IllegalStateException("the first run failed: " + first.err());
    }
    return scene;
  }

  /** What people write: policies and the configuration, by their digests. */
  private static SortedMap<String, String> written(LabEstate lab) {
    try (var files = Files.walk(lab.folder().resolve("policies"))) {
      var written = new TreeMap<String, String>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        written.put(file.toString(), CanonicalJson.sha256(Files.readAllBytes(file)));
      }
      written.put(lab.config().toString(), CanonicalJson.sha256(Files.readAllBytes(lab.config())));
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
