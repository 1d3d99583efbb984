package dev.deployclaw.lab.cluster;

import dev.deployclaw.lab.cluster.PodStatus.Ended;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.LaunchSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  private static final String NGINX = "nginx";
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(10);
  private static final int KILLED = 137;

  private final NodeAgent node;
  private final PodObject pod;
  private final Path home;
  private final String address;
  private PodStatus status = PodStatus.pending();
  private Optional<AgentContainer> agent = Optional.empty();

  PodRun(NodeAgent node, PodObject pod) {
    this.node = node;
    this.pod = pod;
    this.home = node.home(pod);
    this.address = pod.address().isEmpty() ? node.addresses().take() : pod.address();
    node.addresses().keep(address);
  }

  void run() {
    try {
      live();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("pod", pod.name()).log("A pod can't be run");
      say(PodStatus.unable("CreateContainerError", String.valueOf(e.getMessage())));
      BoundedWait.cameTrue(LONGEST_BACK_OFF, this::leaves);
    } finally {
      end();
    }
  }

  private void live() {
    var files = new PodFiles(home, pod, address);
    while (files.write((collection, name) -> node.object(pod, collection, name)).isPresent()) {
      say(PodStatus.pending());
      if (BoundedWait.cameTrue(LOOK, this::leaves)) {
        return;
      }
    }
    var command = files.command();
    if (command.isEmpty()) {
      say(PodStatus.unable("ErrImagePull", "the lab's pods run nginx and nothing else"));
      BoundedWait.cameTrue(LONGEST_BACK_OFF, this::leaves);
    } else if (pod.runsOnce()) {
      say(PodStatus.over(once(files, command.get())));
    } else {
      agent = AgentContainer.of(pod, files);
      serve(files, command.get());
    }
  }

  /** Runs to its end, within the pod's own deadline. */
  private Ended once(PodFiles files, List<String> command) {
    var log = home.resolve("check.log");
    long seconds = pod.object().at("/spec/activeDeadlineSeconds").asLong(60);
    try {
      var process =
          CommandRunner.of(command).in(home).start(ProcessBuilder.Redirect.to(log.toFile()));
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Ended(KILLED, "DeadlineExceeded");
      }
      return new Ended(process.exitValue(), files.outside(Files.readString(log)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ended(KILLED, "the node stops");
    }
  }

  /** Runs, and is started again whenever it ends, until the pod goes. */
  private void serve(PodFiles files, List<String> command) {
    if (node.isOld(pod)) {
      OutdatedNginxSimulation.make(home);
    }
    var backOff = FIRST_BACK_OFF;
    while (!leaves()) {
      long from = System.nanoTime();
      int said = log().length();
      watch(process(command), files);
      if (leaves()) {
        return;
      }
      say(status.backsOff(ended(files, log().substring(said))));
      boolean ranLong = System.nanoTime() - from > LONGEST_BACK_OFF.toNanos();
      backOff = ranLong ? FIRST_BACK_OFF : backOff;
      BoundedWait.cameTrue(backOff, this::leaves);
      while (held() && !leaves()) {
        BoundedWait.cameTrue(LOOK, this::leaves);
      }
      backOff = backOff.multipliedBy(2);
      backOff = backOff.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : backOff;
    }
  }

  /** The one that a node before this one has left, or a new one. */
  private DaemonProcess process(List<String> command) {
    var launch = new LaunchSpec(home, NGINX, command);
    var daemon = left().filter(DaemonProcess::alive).orElseGet(() -> DaemonProcess.start(launch));
    daemon.leave();
    return daemon;
  }

  /** Until it dies, or the pod goes. */
  private void watch(DaemonProcess daemon, PodFiles files) {
    var ports = files.ports();
    while (daemon.alive() && !leaves()) {
      boolean ready = !ports.isEmpty() && ReadinessProbe.answers(address, ports.first());
      say(status.runs(ready));
      agent.ifPresent(AgentContainer::keep);
      BoundedWait.cameTrue(LOOK, () -> !daemon.alive() || leaves());
    }
  }

  /** NGINX says on its way out what it can't live with; a killed process says nothing. */
  private static Ended ended(PodFiles files, String said) {
    String last = said.lines().reduce("", (_, line) -> line);
    return last.contains("[emerg]")
        ? new Ended(1, OutdatedNginxSimulation.words(files.outside(last)))
        : new Ended(KILLED, "");
  }

  private String log() {
    try {
      var file = home.resolve(NGINX + ".log");
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void say(PodStatus now) {
    status = now;
    now.write(node.api(), pod, address);
  }

  private boolean held() {
    return Files.exists(home.resolve(HELD));
  }

  private boolean leaves() {
    return node.now(pod).filter(now -> !now.terminating()).isEmpty();
  }

  /** Stops what it ran; a pod that was asked to go is gone then. */
  private void end() {
    try {
      left().ifPresent(DaemonProcess::forget);
      agent.ifPresent(a -> a.end(node.now(pod).orElse(pod).grace()));
      TestFiles.delete(home);
    } finally {
      node.addresses().give(address);
      node.now(pod).filter(PodObject::terminating).ifPresent(p -> node.api().remove(p.path()));
    }
  }

  private Optional<DaemonProcess> left() {
    return DaemonProcess.adopt(home.resolve(NGINX + ".pid"));
  }
}
