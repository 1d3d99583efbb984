package dev.deployclaw.lab.cluster;

import dev.deployclaw.lab.cluster.PodStatus.Ended;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pod's life on the node, on a thread of its own. */
final class PodRun {
  /** Stands in a pod's folder while it is not to be started again. */
  static final String HELD = "held";

  private static final Logger LOG = LoggerFactory.getLogger(PodRun.class);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration LONGEST_TROUBLE = Duration.ofSeconds(10);

  private final NodeAgent node;
  private final PodObject pod;
  private final Path home;
  private final String address;
  private final PodFiles files;
  private final List<NginxContainer> containers;
  private Optional<AgentContainer> agent = Optional.empty();

  PodRun(NodeAgent node, PodObject pod) {
    this.node = node;
    this.pod = pod;
    this.home = node.home(pod);
    this.address = pod.address().isEmpty() ? node.addresses().take() : pod.address();
    node.addresses().keep(address);
    this.files = new PodFiles(home, pod, address);
    this.containers = NginxContainer.of(pod, files);
  }

  void run() {
    try {
      live();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("pod", pod.name()).log("A pod can't be run");
      say(PodStatus.unable("CreateContainerError", String.valueOf(e.getMessage())));
      BoundedWait.cameTrue(LONGEST_TROUBLE, this::leaves);
    } finally {
      end();
    }
  }

  private void live() {
    while (files.write((collection, name) -> node.object(pod, collection, name)).isPresent()) {
      say(PodStatus.pending());
      if (BoundedWait.cameTrue(LOOK, this::leaves)) {
        return;
      }
    }
    if (containers.isEmpty()) {
      say(PodStatus.unable("ErrImagePull", "the lab's pods run nginx and nothing else"));
      BoundedWait.cameTrue(LONGEST_TROUBLE, this::leaves);
    } else if (pod.runsOnce()) {
      say(PodStatus.over(once(containers.getFirst())));
    } else {
      agent = AgentContainer.of(pod, files);
      serve();
    }
  }

  /** Runs to its end, within the pod's own deadline. */
  private Ended once(NginxContainer container) {
    var log = home.resolve("check.log");
    long seconds = pod.object().at("/spec/activeDeadlineSeconds").asLong(60);
    try {
      var process =
          CommandRunner.of(container.command())
              .in(home)
              .start(ProcessBuilder.Redirect.to(log.toFile()));
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Ended(NginxContainer.KILLED, "DeadlineExceeded");
      }
      return new Ended(process.exitValue(), container.outside(Files.readString(log)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ended(NginxContainer.KILLED, "the node stops");
    }
  }

  private void serve() {
    if (node.isOld(pod)) {
      OutdatedNginxSimulation.make(home);
    }
    while (!leaves()) {
      say(containers.stream().map(NginxContainer::keep).toList());
      agent.ifPresent(AgentContainer::keep);
      BoundedWait.cameTrue(
          LOOK, () -> containers.stream().anyMatch(NginxContainer::died) || leaves());
    }
  }

  private void say(PodStatus now) {
    say(Collections.nCopies(Math.max(1, containers.size()), now));
  }

  private void say(List<PodStatus> now) {
    PodStatus.write(node.api(), pod, address, now);
  }

  private boolean leaves() {
    return node.now(pod).filter(now -> !now.terminating()).isEmpty();
  }

  /** Stops what it ran; a pod that was asked to go is gone then. */
  private void end() {
    try {
      containers.forEach(NginxContainer::end);
      agent.ifPresent(a -> a.end(node.now(pod).orElse(pod).grace()));
      TestFiles.delete(home);
    } finally {
      node.addresses().give(address);
      node.now(pod).filter(PodObject::terminating).ifPresent(p -> node.api().remove(p.path()));
    }
  }
}
