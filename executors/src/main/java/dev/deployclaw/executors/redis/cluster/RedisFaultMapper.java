package dev.deployclaw.executors.redis.cluster;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CauseChain;
import dev.deployclaw.core.tls.TlsFailure;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What an error of the Redis client means. An error reply says that the command was not applied; a
 * broken connection leaves it in doubt, unless it never stood.
 */
final class RedisFaultMapper {
  private static final String PLAIN = ": if it uses TLS, set redis.tls";
  private static final String ENCRYPTED =
      ": it speaks no TLS, or requires a client certificate (tls.certificate and tls.key)";

  private RedisFaultMapper() {}

  static CallFault of(JedisException error) {
    String said = String.valueOf(error.getMessage());
    return switch (error) {
      case JedisConnectionException broken ->
          neverStood(broken)
              ? new CallFault.Unavailable("redis: can't connect")
              : new CallFault.Unknown("redis: " + said);
      case JedisDataException _ -> reply(said);
      default -> new CallFault.Unknown("redis: " + said);
    };
  }

  /**
   * That no connection came about. Redis says nothing to a client that speaks TLS where it doesn't,
   * and hangs up where it is the other way round, or where it misses a client's certificate.
   */
  static CallFault unconnected(JedisConnectionException error, boolean encrypted) {
    var tls = TlsFailure.of(error);
    if (tls.isPresent()) {
      return new CallFault.Unavailable("redis: " + tls.get().reason());
    }
    return of(error) instanceof CallFault.Unknown(String reason)
        ? new CallFault.Unknown(reason + (encrypted ? ENCRYPTED : PLAIN))
        : of(error);
  }

  /** Redis names the kind of an error in its first word. */
  private static CallFault reply(String said) {
    int space = said.indexOf(' ');
    String reason = "redis: " + said.replaceFirst("\\.$", "");
    return switch (space < 0 ? said : said.substring(0, space)) {
      case "NOAUTH" ->
          new CallFault.Denied(
              reason + ": it requires a user, so set redis.username and passwordFile");
      case "WRONGPASS" -> new CallFault.Denied(reason + ": check redis.username and passwordFile");
      case "NOPERM" ->
          new CallFault.Denied(reason + ": give the user what docs/tasks/credentials.md lists");
      case "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "LOADING" ->
          new CallFault.Unavailable(reason);
      case "BUSY", "OOM", "MISCONF", "NOREPLICAS", "READONLY" -> new CallFault.Unavailable(reason);
      default -> new CallFault.Invalid(reason);
    };
  }

  /** Jedis tries each address of a host, and keeps their errors as suppressed ones. */
  private static boolean neverStood(Throwable error) {
    return CauseChain.of(error)
        .flatMap(e -> Stream.concat(Stream.of(e), Stream.of(e.getSuppressed())))
        .flatMap(CauseChain::of)
        .anyMatch(e -> e instanceof ConnectException || e instanceof UnknownHostException);
  }
}
