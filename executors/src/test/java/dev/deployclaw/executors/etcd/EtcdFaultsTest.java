package dev.deployclaw.executors.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Fault;
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

class EtcdFaultsTest {
  static Stream<Arguments> errors() {
    var refused = Status.UNAVAILABLE.withCause(new ConnectException("refused"));
    return Stream.of(
        Arguments.of(refused.asRuntimeException(), Fault.Unavailable.class),
        Arguments.of(broken(new SSLHandshakeException("unknown_ca")), Fault.Unavailable.class),
        Arguments.of(broken(new NotSslRecordException("x")), Fault.Unavailable.class),
        Arguments.of(broken(new SSLException("Received fatal alert: x")), Fault.Unknown.class),
        Arguments.of(said(Status.UNAVAILABLE, "etcdserver: no leader"), Fault.Unavailable.class),
        Arguments.of(said(Status.UNAVAILABLE, "etcdserver: leader changed"), Fault.Unknown.class),
        Arguments.of(said(Status.UNAVAILABLE, "io exception"), Fault.Unknown.class),
        Arguments.of(
            said(Status.UNAVAILABLE, "etcdserver: request timed out"), Fault.Unknown.class),
        Arguments.of(
            said(Status.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
            Fault.Unknown.class),
        Arguments.of(
            said(Status.RESOURCE_EXHAUSTED, "etcdserver: too many requests"),
            Fault.Unavailable.class),
        Arguments.of(said(Status.PERMISSION_DENIED, "x"), Fault.Denied.class),
        Arguments.of(said(Status.UNAUTHENTICATED, "x"), Fault.Denied.class),
        Arguments.of(
            said(
                Status.INVALID_ARGUMENT,
                "etcdserver: authentication failed, invalid user ID or password"),
            Fault.Denied.class),
        Arguments.of(
            said(Status.INVALID_ARGUMENT, "etcdserver: too many operations"), Fault.Invalid.class),
        Arguments.of(said(Status.NOT_FOUND, "requested lease not found"), Fault.Invalid.class),
        Arguments.of(said(Status.CANCELLED, "x"), Fault.Unknown.class),
        Arguments.of(said(Status.DEADLINE_EXCEEDED, "x"), Fault.Unknown.class),
        Arguments.of(said(Status.INTERNAL, "x"), Fault.Unknown.class),
        Arguments.of(new TimeoutException(), Fault.Unknown.class),
        Arguments.of(new CompletionException(new TimeoutException()), Fault.Unknown.class),
        Arguments.of(new IllegalStateException("x"), Fault.Unknown.class));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysWhatAnErrorMeans(Throwable error, Class<? extends Fault> expected) {
    assertThat(EtcdFaults.of(error)).isInstanceOf(expected);
  }

  private static RuntimeException broken(Exception cause) {
    return Status.UNAVAILABLE.withDescription("io exception").withCause(cause).asRuntimeException();
  }

  private static RuntimeException said(Status status, String description) {
    return status.withDescription(description).asRuntimeException();
  }
}
