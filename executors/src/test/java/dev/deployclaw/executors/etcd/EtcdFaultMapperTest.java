package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import io.grpc.Status;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EtcdFaultMapperTest {
  static Stream<Arguments> errors() {
    var refused = Status.UNAVAILABLE.withCause(new ConnectException("refused"));
    return Stream.of(
        Arguments.of(refused.asRuntimeException(), CallFault.Unavailable.class),
        Arguments.of(broken(new SSLHandshakeException("unknown_ca")), CallFault.Unavailable.class),
        Arguments.of(broken(new NotSslRecordException("x")), CallFault.Unavailable.class),
        Arguments.of(broken(new SSLException("Received fatal alert: x")), CallFault.Unknown.class),
        Arguments.of(
            said(Status.UNAVAILABLE, "etcdserver: no leader"), CallFault.Unavailable.class),
        Arguments.of(
            said(Status.UNAVAILABLE, "etcdserver: leader changed"), CallFault.Unknown.class),
        Arguments.of(said(Status.UNAVAILABLE, "io exception"), CallFault.Unknown.class),
        Arguments.of(
            said(Status.UNAVAILABLE, "etcdserver: request timed out"), CallFault.Unknown.class),
        Arguments.of(
            said(Status.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
            CallFault.Unknown.class),
        Arguments.of(
            said(Status.RESOURCE_EXHAUSTED, "etcdserver: too many requests"),
            CallFault.Unavailable.class),
        Arguments.of(said(Status.PERMISSION_DENIED, "x"), CallFault.Denied.class),
        Arguments.of(said(Status.UNAUTHENTICATED, "x"), CallFault.Denied.class),
        Arguments.of(
            said(
                Status.INVALID_ARGUMENT,
                "etcdserver: authentication failed, invalid user ID or password"),
            CallFault.Denied.class),
        Arguments.of(
            said(Status.INVALID_ARGUMENT, "etcdserver: too many operations"),
            CallFault.Invalid.class),
        Arguments.of(said(Status.NOT_FOUND, "requested lease not found"), CallFault.Invalid.class),
        Arguments.of(said(Status.CANCELLED, "x"), CallFault.Unknown.class),
        Arguments.of(said(Status.DEADLINE_EXCEEDED, "x"), CallFault.Unknown.class),
        Arguments.of(said(Status.INTERNAL, "x"), CallFault.Unknown.class),
        Arguments.of(new TimeoutException(), CallFault.Unknown.class),
        Arguments.of(new CompletionException(new TimeoutException()), CallFault.Unknown.class),
        Arguments.of(new IllegalStateException("x"), CallFault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysWhatAnErrorMeans(Throwable error, Class<? extends CallFault> expected) {
    assertThat(EtcdFaultMapper.of(error)).isInstanceOf(expected);
  }

  private static RuntimeException broken(Exception cause) {
    return Status.UNAVAILABLE.withDescription("io exception").withCause(cause).asRuntimeException();
  }

  private static RuntimeException said(Status status, String description) {
    return status.withDescription(description).asRuntimeException();
  }
}
