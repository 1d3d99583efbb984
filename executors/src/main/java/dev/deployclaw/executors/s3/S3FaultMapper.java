package dev.deployclaw.executors.s3;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CauseChain;
import dev.deployclaw.core.tls.TlsFailure;
import java.net.ConnectException;
import java.net.UnknownHostException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What an error of the S3 client means. A server's 5xx leaves a write in doubt, except 501 and 503,
 * which say that nothing was done.
 */
final class S3FaultMapper {
  private S3FaultMapper() {}

  static CallFault of(SdkException error) {
    if (!(error instanceof S3Exception answer)) {
      var tls = TlsFailure.of(error);
      if (tls.isPresent()) {
        return new CallFault.Unavailable("s3: " + tls.get().reason());
      }
      return neverSent(error)
          ? new CallFault.Unavailable("s3: can't connect")
          : new CallFault.Unknown("s3: no clear answer (" + root(error) + ")");
    }
    String reason = "s3: " + answer.statusCode() + " " + code(answer);
    return switch (answer.statusCode()) {
      case 401, 403 -> new CallFault.Denied(reason);
      case 409, 412 -> new CallFault.Conflict(reason);
      case 429, 503 -> new CallFault.Unavailable(reason);
      case 501 -> new CallFault.Invalid(reason);
      default ->
          answer.statusCode() >= 400 && answer.statusCode() < 500
              ? new CallFault.Invalid(reason)
              : new CallFault.Unknown(reason);
    };
  }

  private static String code(S3Exception answer) {
    var details = answer.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }

  private static boolean neverSent(Throwable error) {
    return CauseChain.of(error)
        .anyMatch(e -> e instanceof ConnectException || e instanceof UnknownHostException);
  }

  /** The kind of the deepest cause; its message might quote what was sent. */
  private static String root(Throwable error) {
    return CauseChain.of(error)
        .reduce((_, deeper) -> deeper)
        .map(e -> e.getClass().getSimpleName())
        .orElse("");
  }
}
