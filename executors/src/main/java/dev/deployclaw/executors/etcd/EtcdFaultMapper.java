package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CauseChain;
import dev.deployclaw.core.tls.TlsFailure;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLHandshakeException;

/**
 * What an error of the etcd client means. The line that matters is the one between Unavailable
 * (surely not applied) and Unknown: a call counts as not sent only when the connection was refused,
 * and as refused only when etcd itself said so before it proposed anything: that its space is
 * exceeded it says of writes that it applied, too.
 */
final class EtcdFaultMapper {
  private EtcdFaultMapper() {}

  static CallFault of(Throwable error) {
    if (CauseChain.of(error).anyMatch(TimeoutException.class::isInstance)) {
      return new CallFault.Unknown("etcd didn't answer in time");
    }
    if (CauseChain.of(error).anyMatch(EtcdFaultMapper::noHandshake)) {
      return noTls(error);
    }
    Status status = status(error);
    String reason = "etcd: " + status.getCode() + said(status) + remedy(words(error));
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          neverSent(error) || said(status).contains("etcdserver: no leader")
              ? new CallFault.Unavailable(reason)
              : new CallFault.Unknown(reason);
      case RESOURCE_EXHAUSTED ->
          said(status).contains("etcdserver: too many requests")
              ? new CallFault.Unavailable(reason)
              : new CallFault.Unknown(reason);
      case UNAUTHENTICATED, PERMISSION_DENIED -> new CallFault.Denied(reason);
      case INVALID_ARGUMENT ->
          said(status).contains("authentication failed")
                  || said(status).contains("user name is empty")
              ? new CallFault.Denied(reason)
              : new CallFault.Invalid(reason);
      case FAILED_PRECONDITION ->
          said(status).contains("authentication is not enabled")
              ? new CallFault.Denied(reason)
              : new CallFault.Invalid(reason);
      case OUT_OF_RANGE, UNIMPLEMENTED, NOT_FOUND, ALREADY_EXISTS -> new CallFault.Invalid(reason);
      case OK, CANCELLED, DEADLINE_EXCEEDED, UNKNOWN, INTERNAL, ABORTED, DATA_LOSS ->
          new CallFault.Unknown(reason);
    };
  }

  /** What all causes say: of a user that isn't let in, only the innermost says why. */
  private static String words(Throwable error) {
    return CauseChain.of(error)
        .map(e -> String.valueOf(e.getMessage()))
        .collect(Collectors.joining("; "));
  }

  /** What to do about what etcd says of a user; empty where it is about something else. */
  private static String remedy(String said) {
    if (said.contains("authentication failed")) {
      return ": check username and passwordFile";
    }
    if (said.contains("user name is empty")) {
      return ": it requires a user, so set username and passwordFile";
    }
    if (said.contains("permission denied")) {
      return ": etcdctl role grant-permission ROLE readwrite --prefix=true PREFIX";
    }
    if (said.contains("authentication is not enabled")) {
      return ": etcdctl auth enable, or remove username";
    }
    if (said.contains("performing TLS negotiation")) {
      return ": it speaks no TLS, or closes the connection: turn TLS on there, or write "
          + "http:// in endpoints";
    }
    return said.contains("Network closed for unknown reason") || said.contains("Connection reset")
        ? ": if it uses TLS, write https:// in endpoints"
        : "";
  }

  /** No connection came about. One that breaks later, also by TLS, may have carried the call. */
  static CallFault noTls(Throwable why) {
    String said = String.valueOf(why.getMessage());
    return new CallFault.Unavailable(
        TlsFailure.of(why)
            .map(tls -> "etcd: " + tls.reason())
            .orElse("etcd: the TLS handshake failed (%s)".formatted(said)));
  }

  private static boolean noHandshake(Throwable error) {
    return error instanceof SSLHandshakeException || error instanceof NotSslRecordException;
  }

  /** Whether the call met no server at all. */
  static boolean neverSent(Throwable error) {
    return CauseChain.of(error)
        .anyMatch(e ->
            e instanceof ConnectException || e instanceof UnknownHostException || noHandshake(e));
  }

  /** jetcd's own exceptions carry a code that is named as gRPC's. */
  private static Status status(Throwable error) {
    Status found = Status.fromThrowable(error);
    if (found.getCode() != Status.Code.UNKNOWN) {
      return found;
    }
    return CauseChain.of(error)
        .filter(EtcdException.class::isInstance)
        .map(EtcdException.class::cast)
        .findFirst()
        .map(e ->
            Status.Code.valueOf(e.getErrorCode().name()).toStatus().withDescription(e.getMessage()))
        .orElse(found);
  }

  private static String said(Status status) {
    String description = status.getDescription();
    return description == null ? "" : " (" + description + ")";
  }
}
