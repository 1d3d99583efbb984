package dev.deployclaw.ratelimit.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import dev.deployclaw.policy.wire.StoredPolicySet;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from etcd which epochs matter, and their policy sets. Reads are linearizable, each bounded,
 * and nothing is ever written. For one thread; {@link #close} for any.
 */
final class EtcdPolicyReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdPolicyReader.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EtcdSourceSettings source;
  private final Runnable hint;
  private volatile @Nullable Client client;

  /**
   * @param hint called when a set was staged or {@code active} moved, on any thread; may be missed
   */
  EtcdPolicyReader(EtcdSourceSettings source, Runnable hint) {
    this.source = source;
    this.hint = hint;
  }

  /** Etcd didn't answer, or holds what we can't read. */
  static final class Unreadable extends Exception {
    Unreadable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** What etcd says now; sets that {@code before} holds already aren't read again. */
  PolicySnapshot read(PolicySnapshot before) throws Unreadable, InterruptedException {
    var committed = json("active");
    var active = committed.map(EtcdPolicyReader::constants);
    var epochs = new TreeSet<Long>();
    active.ifPresent(a -> epochs.addAll(List.of(a.epoch(), a.predecessor())));
    active.flatMap(Constants::trial).ifPresent(t -> epochs.add(t.epoch()));
    if (committed.isPresent()) {
      putBack(committed.get()).ifPresent(epochs::add);
    }
    openEpoch().ifPresent(epochs::add);
    var held = new ArrayList<EpochPolicySet>();
    for (long epoch : epochs) {
      set(epoch, before).ifPresent(held::add);
    }
    return new PolicySnapshot(active, held);
  }

  /** Forgets the connection, so that the next read makes a new one without gRPC's long back-off. */
  void drop() {
    var last = client;
    client = null;
    if (last != null) {
      last.close();
    }
  }

  @Override
  public void close() {
    drop();
  }

  /**
   * The epoch that a way back brings the content of: primaries that the change between never
   * reached still act on it.
   */
  private Optional<Long> putBack(JsonNode active) throws Unreadable, InterruptedException {
    return json("change/" + active.path("change").asText())
        .map(change -> change.path("content").asLong());
  }

  private Optional<Long> openEpoch() throws Unreadable, InterruptedException {
    var open = get("open");
    if (open.isEmpty()) {
      return Optional.empty();
    }
    return json("change/" + new String(open.get(), StandardCharsets.UTF_8))
        .map(change -> change.path("epoch").asLong());
  }

  /** Empty where it isn't stored, not whole yet, or damaged: then the service doesn't hold it. */
  private Optional<EpochPolicySet> set(long epoch, PolicySnapshot before)
      throws Unreadable, InterruptedException {
    var manifest = get(StoredPolicySet.manifestKey(epoch));
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    try {
      var promise = StoredPolicySet.Manifest.parse(manifest.get());
      var known = before.epoch(epoch).filter(h -> h.digest().equals(promise.digest()));
      return known.isPresent() ? known : Optional.of(load(epoch, manifest.get(), promise));
    } catch (StoredPolicySet.DamagedSetException | IllegalArgumentException e) {
      LOG.atWarn()
          .addKeyValue("epoch", epoch)
          .addKeyValue("reason", e.getMessage())
          .log("a policy set can't be read");
      return Optional.empty();
    }
  }

  private EpochPolicySet load(long epoch, byte[] manifest, StoredPolicySet.Manifest promise)
      throws Unreadable, InterruptedException {
    var chunks = new ArrayList<byte[]>();
    for (int i = 0; i < promise.chunks(); i++) {
      get(StoredPolicySet.chunkKey(epoch, i)).ifPresent(chunks::add);
    }
    var set = PolicySet.parse(StoredPolicySet.decode(manifest, chunks));
    return new EpochPolicySet(epoch, promise.digest(), set);
  }

  private static Constants constants(JsonNode active) {
    return new Constants(
        active.path("term").asLong(),
        active.path("epoch").asLong(),
        active.path("digest").asText(""),
        active.path("predecessor").asLong(),
        active.path("step").asLong(),
        Optional.of(active.path("candidate"))
            .filter(JsonNode::isObject)
            .map(EtcdPolicyReader::trial));
  }

  private static Trial trial(JsonNode candidate) {
    return new Trial(
        candidate.path("epoch").asLong(),
        candidate.path("digest").asText(""),
        new CanaryCohort(candidate.path("cohort").asInt()));
  }

  private Optional<JsonNode> json(String key) throws Unreadable, InterruptedException {
    var value = get(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(value.get()));
    } catch (IOException e) {
      throw new Unreadable("the key " + key + " isn't JSON", e);
    }
  }

  private Optional<byte[]> get(String key) throws Unreadable, InterruptedException {
    var answer = open().getKVClient().get(key(key));
    try {
      var found = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).getKvs();
      return found.stream().findFirst().map(kv -> kv.getValue().getBytes());
    } catch (ExecutionException | TimeoutException e) {
      answer.cancel(true);
      throw new Unreadable(EtcdErrorAdvice.words(e), e);
    }
  }

  private Client open() throws Unreadable {
    var open = client;
    if (open == null) {
      try {
        open = source.open(TIMEOUT);
      } catch (SSLException e) {
        throw new Unreadable(EtcdErrorAdvice.words(e), e);
      }
      client = open;
      watch(open, "active");
      watch(open, "policy/");
    }
    return open;
  }

  private void watch(Client open, String start) {
    var option = WatchOption.builder().isPrefix(true).build();
    open.getWatchClient().watch(key(start), option, Watch.listener(_ -> hint.run(), _ -> {}));
  }

  private ByteSequence key(String name) {
    return ByteSequence.from(source.prefix() + name, StandardCharsets.UTF_8);
  }

  /** Why etcd can't be read, with what to do where that can be told. */
  private static final class EtcdErrorAdvice {
    private static final int DEEPEST_CAUSE = 16;

    /** What etcd, or the connection to it, says; and what to do then. */
    private static final Map<String, String> REMEDIES =
        new TreeMap<>(
            Map.of(
                "authentication failed",
                "it doesn't accept the user: check --etcd-user and --etcd-password-file",
                "user name is empty",
                "it requires a user: give --etcd-user and --etcd-password-file",
                "permission denied",
                "grant its user: etcdctl role grant-permission ROLE read --prefix=true PREFIX",
                "authentication is not enabled",
                "its authentication is off: etcdctl auth enable, or leave --etcd-user out",
                "Network closed for unknown reason",
                "if it uses TLS, write https:// in --etcd",
                "not an SSL/TLS record",
                "it speaks no TLS: write http:// in --etcd"));

    static String words(@Nullable Throwable error) {
      return chain(error).flatMap(e -> remedy(e).stream()).findFirst().orElse("it doesn't answer");
    }

    private static Optional<String> remedy(Throwable error) {
      String said = String.valueOf(error.getMessage());
      return REMEDIES.entrySet().stream()
          .filter(r -> said.contains(r.getKey()))
          .map(Map.Entry::getValue)
          .findFirst()
          .or(() ->
              error instanceof SSLException ? Optional.of(untrusted(said)) : Optional.empty());
    }

    private static String untrusted(String said) {
      return "the TLS handshake with it failed (" + said + "): check --etcd-ca-file";
    }

    private static Stream<Throwable> chain(@Nullable Throwable error) {
      return Stream.iterate(error, Objects::nonNull, e -> e == null ? null : e.getCause())
          .limit(DEEPEST_CAUSE)
          .map(Objects::requireNonNull);
    }
  }
}
