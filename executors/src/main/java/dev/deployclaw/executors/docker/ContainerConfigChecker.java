package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Frame;
import dev.deployclaw.policy.gateway.GatewaySite;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Lets the NGINX of a gateway's own image read a file that the agent rendered just now, in a
 * container that has nothing of the gateway's: no volume, no secret, no right, no network. Names
 * are resolved when NGINX reads a file; without a network they get an address that leads nowhere,
 * so what is judged is the file, not the name service.
 */
record ContainerConfigChecker(Duration check) {
  /** For documentation, never routed (RFC 5737). */
  private static final String NOWHERE = "192.0.2.1";

  private static final Pattern UNRESOLVED =
      Pattern.compile("host not found in upstream \"([A-Za-z0-9._-]+)(?::\\d+)?\"");

  private static final Pattern NAME = Pattern.compile("([A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*):.*");
  private static final int MOST_NAMES = 32;
  private static final int MOST_OUTPUT = 8 * 1024;
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /** What NGINX said. */
  sealed interface Verdict {
    record Accepted() implements Verdict {}

    record Refused(String output) implements Verdict {}

    /** It didn't come to an end. */
    record Undecided(String reason) implements Verdict {}
  }

  /**
   * @param text writes to {@link TemporaryContainer#WRITABLE} alone
   * @param term of the leader that asks
   */
  Verdict parse(ResolvedContainer.Present gateway, byte[] text, long term)
      throws InterruptedException {
    var names = names(gateway.gateway().site());
    for (int unknown = 0; unknown <= MOST_NAMES; unknown++) {
      var verdict = once(gateway, text, term, names);
      if (!(verdict instanceof Verdict.Refused(String output))) {
        return verdict;
      }
      var missing = UNRESOLVED.matcher(output);
      if (!missing.find() || !names.add(missing.group(1))) {
        return verdict;
      }
    }
    return new Verdict.Undecided("the file has more than " + MOST_NAMES + " names of upstreams");
  }

  private Verdict once(ResolvedContainer.Present gateway, byte[] text, long term, Set<String> names)
      throws InterruptedException {
    String file = TemporaryContainer.SHOWN + "/" + GatewayFolder.FILE;
    var words = List.of(gateway.gateway().binary(), "-t", "-q", "-c", file);
    var hosts = names.stream().map(n -> n + ":" + NOWHERE).toList();
    var made =
        TemporaryContainer.create(gateway, TemporaryContainer.Purpose.check(term), words, hosts);
    return switch (made) {
      case TemporaryContainer.Made.Refused(String reason) -> new Verdict.Undecided(reason);
      case TemporaryContainer.Made.Created(TemporaryContainer container) -> {
        try (container) {
          gateway
              .client()
              .copyArchiveToContainerCmd(container.id())
              .withRemotePath(TemporaryContainer.SHOWN)
              .withTarInputStream(new TarArchive().file(GatewayFolder.FILE, text).stream())
              .exec();
          yield run(gateway.client(), container.id());
        }
      }
    };
  }

  private Verdict run(DockerClient client, String id) throws InterruptedException {
    client.startContainerCmd(id).exec();
    var end = client.waitContainerCmd(id).exec(new WaitContainerResultCallback());
    if (!end.awaitCompletion(check.toNanos(), TimeUnit.NANOSECONDS)) {
      return new Verdict.Undecided("NGINX took longer than " + check + " to read the file");
    }
    return end.awaitStatusCode() == 0
        ? new Verdict.Accepted()
        : new Verdict.Refused(output(client, id));
  }

  private static String output(DockerClient client, String id) throws InterruptedException {
    var bytes = new ByteArrayOutputStream();
    client
        .logContainerCmd(id)
        .withStdOut(true)
        .withStdErr(true)
        .exec(new Capture(bytes))
        .awaitCompletion(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
    return bytes.toString(StandardCharsets.UTF_8).strip();
  }

  /** Keeps some kilobytes. */
  private static final class Capture extends ResultCallback.Adapter<Frame> {
    private final ByteArrayOutputStream bytes;

    Capture(ByteArrayOutputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public void onNext(Frame frame) {
      byte[] said = frame.getPayload();
      bytes.write(said, 0, Math.min(said.length, MOST_OUTPUT - bytes.size()));
    }
  }

  /** What the site names that is no address. */
  private static SortedSet<String> names(GatewaySite site) {
    var names = new TreeSet<String>();
    Stream.concat(Stream.of(site.service()), site.upstreams().values().stream())
        .map(NAME::matcher)
        .filter(m -> m.matches())
        .forEach(m -> names.add(m.group(1)));
    return names;
  }
}
