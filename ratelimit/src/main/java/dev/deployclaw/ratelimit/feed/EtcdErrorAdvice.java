package dev.deployclaw.ratelimit.feed;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why etcd can't be read, with what to do where that can be told. */
final class EtcdErrorAdvice {
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

  private EtcdErrorAdvice() {}

  static String words(@Nullable Throwable error) {
    return chain(error).flatMap(e -> remedy(e).stream()).findFirst().orElse("it doesn't answer");
  }

  private static Optional<String> remedy(Throwable error) {
    String said = String.valueOf(error.getMessage());
    return REMEDIES.entrySet().stream()
        .filter(r -> said.contains(r.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .or(() -> error instanceof SSLException ? Optional.of(untrusted(said)) : Optional.empty());
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
