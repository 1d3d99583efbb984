package dev.deployclaw.executors.s3;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.tls.TlsFailure;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What an error of the S3 client means. A server's 5xx leaves a write in doubt, except 501 and 503,
 * which say that nothing was done.
 */
final class S3Faults {
  private static final int DEEPEST_CAUSE = 16;

  private S3Faults() {}

  static Fault of(SdkException error) {
    if (!(error instanceof S3Exception answer)) {
      var tls = TlsFailure.of(error);
      if (tls.isPresent()) {
        return new Fault.Unavailable("s3: " + tls.get().reason());
      }
      return neverSent(error)
          ? new Fault.Unavailable("s3: can't connect")
          : new Fault.Unknown("s3: no clear answer (" + root(error) + ")");
    }
    String reason = "s3: " + answer.statusCode() + " " + code(answer);
    return switch (answer.statusCode()) {
      case 401, 403 -> new Fault.Denied(reason);
      case 409, 412 -> new Fault.Conflict(reason);
      case 429, 503 -> new Fault.Unavailable(reason);
      case 501 -> new Fault.Invalid(reason);
      default ->
          answer.statusCode() >= 400 && answer.statusCode() < 500
              ? new Fault.Invalid(reason)
              : new Fault.Unknown(reason);
    };
  }

  private static String code(S3Exception answer) {
    var details = answer.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }

  private static boolean neverSent(Throwable error) {
    return chain(error)
        .anyMatch(e -> e instanceof ConnectException || e instanceof UnknownHostException);
  }

  /** The kind of the deepest cause; its message might quote what was sent. */
  private static String root(Throwable error) {
    return chain(error)
        .reduce((_, deeper) -> deeper)
        .map(e -> e.getClass().getSimpleName())
        .orElse("");
  }

  private static Stream<Throwable> chain(@Nullable Throwable error) {
    return Stream.iterate(error, Objects::nonNull, e -> e == null ? null : e.getCause())
        .limit(DEEPEST_CAUSE)
        .map(Objects::requireNonNull);
  }
}
