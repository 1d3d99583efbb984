package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.LaunchSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.lang3.function.Failable;

/**
 * The agent in a container beside a gateway's NGINX: a process that has what the pod says of its
 * environment and its volumes, and is started again whenever it ends, until the pod goes. For one
 * thread.
 *
 * @param container as the pod describes it
 */
record AgentContainer(PodFiles files, JsonNode container) {
  private static final JavaProgram MAIN =
      JavaProgram.of("dev.deployclaw.container.Main", JavaProgram.QUICK);
  private static final String NAME = "agent";

  /** Empty for a pod without one. */
  static Optional<AgentContainer> of(PodObject pod, PodFiles files) {
    return pod.containers().stream()
        .filter(c -> c.at("/command/0").asText().equals("deployclaw"))
        .findFirst()
        .map(c -> new AgentContainer(files, c));
  }

  /** The process of the pod whose folder that is, dead or alive. */
  static Optional<DaemonProcess> left(Path pod) {
    return DaemonProcess.adopt(pod.resolve(NAME).resolve(NAME + ".pid"));
  }

  void keep() {
    boolean runs = left(files.home()).filter(DaemonProcess::alive).isPresent();
    if (!runs && !Files.exists(folder().resolve(PodRun.HELD))) {
      Failable.run(() -> files.copySingleFiles(container));
      DaemonProcess.start(new LaunchSpec(folder(), NAME, command(), environment())).leave();
    }
  }

  /** Asks it to end, and kills it when its time is over. */
  void end(Duration grace) {
    left(files.home()).ifPresent(agent -> agent.end(grace));
  }

  private Path folder() {
    return files.home().resolve(NAME);
  }

  private List<String> command() {
    var words = PodObject.words(container);
    return MAIN.command(words.subList(1, words.size()));
  }

  /**
   * What the container says, with {@code $(NAME)} for what it said before, and its folders as they
   * are here.
   */
  private Map<String, String> environment() {
    var out = new TreeMap<String, String>();
    for (JsonNode variable : container.path("env")) {
      boolean own = variable.at("/valueFrom/fieldRef/fieldPath").asText().equals("status.podIP");
      String value = own ? files.address() : variable.path("value").asText();
      for (var earlier : out.entrySet()) {
        value = value.replace("$(" + earlier.getKey() + ")", earlier.getValue());
      }
      out.put(variable.path("name").asText(), files.inside(value, container));
    }
    return out;
  }
}
