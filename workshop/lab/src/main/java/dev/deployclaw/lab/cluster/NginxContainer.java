package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.cluster.PodStatus.Ended;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.LaunchSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.commons.lang3.function.Failable;

/**
 * A container of a pod that runs NGINX: a process that is started again whenever it ends, later
 * each time, until the pod goes. For one thread.
 */
final class NginxContainer {
  static final int KILLED = 137;

  private static final String NGINX = "nginx";
  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(10);

  private final PodFiles files;
  private final JsonNode container;
  private final Path folder;
  private PodStatus status = PodStatus.pending();
  private Optional<DaemonProcess> process = Optional.empty();
  private Duration backOff = FIRST_BACK_OFF;
  private Duration wait = Duration.ZERO;
  private SortedSet<Integer> ports = new TreeSet<>();
  private long changed = System.nanoTime();
  private int said;

  private NginxContainer(PodFiles files, JsonNode container, Path folder) {
    this.files = files;
    this.container = container;
    this.folder = folder;
  }

  /**
   * Those of a pod, in its order: the first in the pod's folder, others in folders of their own.
   */
  static List<NginxContainer> of(PodObject pod, PodFiles files) {
    var out = new ArrayList<NginxContainer>();
    for (JsonNode container : pod.gateways()) {
      var own = files.home().resolve(container.path("name").asText());
      out.add(new NginxContainer(files, container, out.isEmpty() ? files.home() : own));
    }
    return out;
  }

  List<String> command() {
    return files.command(container, folder);
  }

  /** What a process of it said, in the words of the container. */
  String outside(String words) {
    return files.outside(words, container);
  }

  PodStatus keep() {
    if (process.isPresent() && !process.get().alive()) {
      backOff();
    } else if (process.isEmpty() && !held() && System.nanoTime() - changed >= wait.toNanos()) {
      start();
    }
    if (process.isPresent()) {
      boolean ready = !ports.isEmpty() && ReadinessProbe.answers(files.address(), ports.first());
      status = status.runs(ready);
    }
    return status;
  }

  boolean died() {
    return process.isPresent() && !process.get().alive();
  }

  /** Stops what it ran, or what a node before this one has left. */
  void end() {
    left().ifPresent(DaemonProcess::forget);
  }

  /** The one that a node before this one has left, or a new one. */
  private void start() {
    said = log().length();
    var launch = new LaunchSpec(folder, NGINX, command());
    var daemon = left().filter(DaemonProcess::alive).orElseGet(() -> DaemonProcess.start(launch));
    daemon.leave();
    process = Optional.of(daemon);
    ports = files.ports(container);
    changed = System.nanoTime();
  }

  private void backOff() {
    status = status.backsOff(ended(log().substring(said)));
    process = Optional.empty();
    boolean ranLong = System.nanoTime() - changed > LONGEST_BACK_OFF.toNanos();
    wait = ranLong ? FIRST_BACK_OFF : backOff;
    backOff = wait.multipliedBy(2);
    backOff = backOff.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : backOff;
    changed = System.nanoTime();
  }

  /** NGINX says on its way out what it can't live with; one that was killed says nothing. */
  private Ended ended(String words) {
    String last = words.lines().reduce("", (_, line) -> line);
    return last.contains("[emerg]")
        ? new Ended(1, OutdatedNginxSimulation.words(outside(last)))
        : new Ended(KILLED, "");
  }

  private String log() {
    return Failable.get(() -> {
      var file = folder.resolve(NGINX + ".log");
      return Files.exists(file) ? Files.readString(file) : "";
    });
  }

  private boolean held() {
    return Files.exists(folder.resolve(PodRun.HELD));
  }

  private Optional<DaemonProcess> left() {
    return DaemonProcess.adopt(folder.resolve(NGINX + ".pid"));
  }

  /** Whether a server answers a request, whatever it says. */
  private static final class ReadinessProbe {
    private static final int TIMEOUT_MILLIS = 1_000;
    private static final String REQUEST =
        "GET /.well-known/deployclaw HTTP/1.1\r\nHost: ready.invalid\r\nConnection: close\r\n\r\n";

    static boolean answers(String host, int port) {
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        byte[] start = socket.getInputStream().readNBytes("HTTP/".length());
        return new String(start, StandardCharsets.US_ASCII).equals("HTTP/");
      } catch (IOException e) {
        return false;
      }
    }
  }
}
