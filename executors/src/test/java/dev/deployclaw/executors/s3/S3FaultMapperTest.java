package dev.deployclaw.executors.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.executors.s3.S3ObjectStore.S3FaultMapper;
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

class S3FaultMapperTest {
  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(status(401), CallFault.Denied.class),
        Arguments.of(status(403), CallFault.Denied.class),
        Arguments.of(status(404), CallFault.Invalid.class),
        Arguments.of(status(400), CallFault.Invalid.class),
        Arguments.of(status(409), CallFault.Conflict.class),
        Arguments.of(status(412), CallFault.Conflict.class),
        Arguments.of(status(429), CallFault.Unavailable.class),
        Arguments.of(status(500), CallFault.Unknown.class),
        Arguments.of(status(501), CallFault.Invalid.class),
        Arguments.of(status(503), CallFault.Unavailable.class),
        Arguments.of(caused(new ConnectException("refused")), CallFault.Unavailable.class),
        Arguments.of(caused(new SocketTimeoutException("read")), CallFault.Unknown.class),
        Arguments.of(ApiCallTimeoutException.create(1_000), CallFault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysWhatAnErrorMeans(SdkException error, Class<? extends CallFault> expected) {
    assertThat(S3FaultMapper.of(error)).isInstanceOf(expected);
  }

  private static SdkException status(int code) {
    return (SdkException) S3Exception.builder().statusCode(code).message("x").build();
  }

  private static SdkException caused(Exception cause) {
    return SdkClientException.create("x", cause);
  }
}
