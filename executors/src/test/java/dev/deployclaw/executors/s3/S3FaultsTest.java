package dev.deployclaw.executors.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Fault;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3FaultsTest {
  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(status(401), Fault.Denied.class),
        Arguments.of(status(403), Fault.Denied.class),
        Arguments.of(status(404), Fault.Invalid.class),
        Arguments.of(status(400), Fault.Invalid.class),
        Arguments.of(status(409), Fault.Conflict.class),
        Arguments.of(status(412), Fault.Conflict.class),
        Arguments.of(status(429), Fault.Unavailable.class),
        Arguments.of(status(500), Fault.Unknown.class),
        Arguments.of(status(501), Fault.Invalid.class),
        Arguments.of(status(503), Fault.Unavailable.class),
        Arguments.of(caused(new ConnectException("refused")), Fault.Unavailable.class),
        Arguments.of(caused(new SocketTimeoutException("read")), Fault.Unknown.class),
        Arguments.of(ApiCallTimeoutException.create(1_000), Fault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysWhatAnErrorMeans(SdkException error, Class<? extends Fault> expected) {
    assertThat(S3Faults.of(error)).isInstanceOf(expected);
  }

  private static SdkException status(int code) {
    return (SdkException) S3Exception.builder().statusCode(code).message("x").build();
  }

  private static SdkException caused(Exception cause) {
    return SdkClientException.create("x", cause);
  }
}
