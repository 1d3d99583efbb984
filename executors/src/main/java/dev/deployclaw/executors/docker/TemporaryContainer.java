package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A container of a gateway's own image, without rights and network, that is removed in any case: by
 * {@link #close}, and what a killed agent left, by the next one for the same purpose. One that
 * checks a file has nothing of the gateway's; one through which a file is written sees the
 * gateway's folder, and is never started.
 */
record TemporaryContainer(DockerClient client, String id) implements AutoCloseable {
  private static final String PURPOSE = "dev.deployclaw.purpose";
  private static final String MEMBER = "dev.deployclaw.gateway";
  private static final String TERM = "dev.deployclaw.term";
  private static final Pattern TERMS = Pattern.compile("\\d{1,18}");
  private static final int MOST_TRIES = 5;
  private static final long MOST_MEMORY = 512L * 1024 * 1024;
  private static final long MOST_PROCESSES = 64;

  /** What a check is shown: a volume of its own, in which only root may write. */
  static final String SHOWN = "/deployclaw-check";

  /** What a check may write to: memory that goes with it. */
  static final String WRITABLE = "/deployclaw-scratch";

  private static final String SCRATCH = "rw,noexec,nosuid,nodev,size=16m,mode=1777";

  /** Who owns nothing in an image. */
  private static final String NOBODY = "60917:60917";

  /**
   * @param word part of its name: of one purpose a gateway has one at a time
   * @param term of the leader that wants it; an earlier leader's is removed, a later one's stays
   */
  record Purpose(String word, long term) {
    private static final String CHECK = "check";

    static Purpose check(long term) {
      return new Purpose(CHECK, term);
    }

    static Purpose switching(long term) {
      return new Purpose("switch", term);
    }

    boolean checks() {
      return word.equals(CHECK);
    }
  }

  /** What became of it. */
  sealed interface Made {
    record Created(TemporaryContainer container) implements Made {}

    record Refused(String reason) implements Made {}
  }

  /**
   * Created, not started.
   *
   * @param words program and arguments
   * @param hosts {@code name:address}, resolved in it
   */
  static Made create(
      ResolvedContainer.Present gateway, Purpose purpose, List<String> words, List<String> hosts) {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      try {
        return new Made.Created(
            new TemporaryContainer(gateway.client(), id(gateway, purpose, words, hosts)));
      } catch (ConflictException e) {
        var refused = clear(gateway, purpose);
        if (refused.isPresent()) {
          return new Made.Refused(refused.get());
        }
      }
    }
    return new Made.Refused("the name " + name(gateway, purpose) + " is taken each time");
  }

  /** Whether a container is one of these, of whatever gateway. */
  static boolean isOne(Container container) {
    return container.getLabels() != null && container.getLabels().containsKey(PURPOSE);
  }

  /** With the volume of its own; the gateway's have a name, or belong to it, and stay. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      remove(client, id);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static String id(
      ResolvedContainer.Present gateway, Purpose purpose, List<String> words, List<String> hosts) {
    var command =
        gateway
            .client()
            .createContainerCmd(gateway.image())
            .withName(name(gateway, purpose))
            .withLabels(
                Map.of(
                    PURPOSE, purpose.word(),
                    MEMBER, gateway.gateway().member(),
                    TERM, Long.toString(purpose.term())))
            .withEntrypoint(words.subList(0, 1))
            .withCmd(words.subList(1, words.size()))
            .withUser(NOBODY)
            .withHostConfig(confined(hosts).withMounts(List.of(mount(gateway, purpose))));
    return command.exec().getId();
  }

  private static HostConfig confined(List<String> hosts) {
    return new HostConfig()
        .withReadonlyRootfs(true)
        .withTmpFs(Map.of(WRITABLE, SCRATCH))
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges"))
        .withNetworkMode("none")
        .withIpcMode("none")
        .withExtraHosts(hosts.toArray(String[]::new))
        .withLogConfig(new LogConfig(LogConfig.LoggingType.JSON_FILE))
        .withMemory(MOST_MEMORY)
        .withMemorySwap(MOST_MEMORY)
        .withPidsLimit(MOST_PROCESSES);
  }

  private static Mount mount(ResolvedContainer.Present gateway, Purpose purpose) {
    return purpose.checks()
        ? new Mount().withType(MountType.VOLUME).withTarget(SHOWN)
        : gateway.folder().orElseThrow(() -> new IllegalStateException("no mount to write to"));
  }

  /** Removes who has the name, if that is one of ours and no later leader's. */
  private static Optional<String> clear(ResolvedContainer.Present gateway, Purpose purpose) {
    String name = name(gateway, purpose);
    var holder =
        gateway.client().listContainersCmd().withShowAll(true).exec().stream()
            .filter(c -> DockerInventory.names(c).contains(name))
            .findFirst();
    if (holder.isEmpty()) {
      return Optional.empty();
    }
    var labels = holder.get().getLabels();
    if (!isOne(holder.get()) || !gateway.gateway().member().equals(labels.get(MEMBER))) {
      return Optional.of("a container of another owner has the name " + name + ": rename it");
    }
    String term = labels.getOrDefault(TERM, "");
    if (TERMS.matcher(term).matches() && Long.parseLong(term) > purpose.term()) {
      return Optional.of("the leader of term " + term + " is at work there");
    }
    remove(gateway.client(), holder.get().getId());
    return Optional.empty();
  }

  /** Somebody else may remove it at the same time. */
  private static void remove(DockerClient client, String id) {
    try {
      client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
    } catch (NotFoundException e) {
      // gone is what was wanted
    } catch (ConflictException e) {
      if (!String.valueOf(e.getMessage()).contains("already in progress")) {
        throw e;
      }
    }
  }

  /** Names of gateways hold no dot, so no two share one. */
  private static String name(ResolvedContainer.Present gateway, Purpose purpose) {
    return "deployclaw-%s-%s.%s"
        .formatted(purpose.word(), gateway.gateway().namespace(), gateway.gateway().name());
  }
}
