package dev.deployclaw.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParseException;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.UnauthorizedException;
import dev.deployclaw.core.spi.CallFault;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DockerFaultMapperTest {
  private static final URI HOST = URI.create("unix:///run/docker.sock");

  @Test
  void readsAnErrorOfAnyLength() {
    String much = "\\\"so\\\" much ".repeat(100_000);

    var fault = DockerFaultMapper.of(new InternalServerErrorException(json(much)), HOST);

    assertThat(fault.reason()).startsWith("docker: \"so\" much").hasSizeLessThan(1_100);
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        row(
            new NotFoundException(json("No such container: 5f")),
            CallFault.Unavailable.class,
            "removed after it was listed (No such container: 5f): start it again"),
        row(
            new NotFoundException(json("No such image: sha256:5f")),
            CallFault.Unavailable.class,
            "pull or build it again"),
        row(
            new NotFoundException(json("Could not find the file /x")),
            CallFault.Invalid.class,
            "/x"),
        row(new UnauthorizedException("no"), CallFault.Denied.class, "authorization plugin"),
        row(new DockerException("not you", 403), CallFault.Denied.class, "not you"),
        row(new DockerException("teapot", 418), CallFault.Unknown.class, "teapot"),
        row(
            new ConflictException(json("name \\\"/x\\\" in use")),
            CallFault.Conflict.class,
            "\"/x\""),
        row(
            new BadRequestException(json("no such signal")),
            CallFault.Invalid.class,
            "no such signal"),
        row(
            new BadRequestException("Client sent an HTTP request to an HTTPS server."),
            CallFault.Invalid.class,
            "set ca, cert and key under docker.tls"),
        row(
            new InternalServerErrorException("ps: not found"),
            CallFault.Unknown.class,
            "not found"),
        row(new DockerClientException("odd"), CallFault.Unknown.class, "odd"),
        row(new IllegalArgumentException("bad host"), CallFault.Invalid.class, "bad host"),
        row(
            wrapped(new BindException("Permission denied")),
            CallFault.Denied.class,
            "may not open the socket of unix:///run/docker.sock: run the agent in the socket's"),
        row(
            wrapped(new SocketException("No such file or directory")),
            CallFault.Unavailable.class,
            "start it, or correct docker.host"),
        row(wrapped(new ConnectException("refused")), CallFault.Unavailable.class, "refused"),
        row(wrapped(new UnknownHostException("x")), CallFault.Unavailable.class, "name is unknown"),
        row(wrapped(new SocketException("Broken pipe")), CallFault.Unknown.class, "Broken pipe"),
        row(wrapped(new SocketTimeoutException("read")), CallFault.Unknown.class, "in time"),
        row(wrapped(new EOFException("end")), CallFault.Unknown.class, "broke: end"),
        row(
            wrapped(new SSLHandshakeException("bad_certificate")),
            CallFault.Denied.class,
            "bad_certificate; check docker.tls"),
        row(
            wrapped(new JsonParseException(null, "token")),
            CallFault.Invalid.class,
            "isn't a Docker daemon"),
        row(
            new UncheckedIOException(new NoSuchFileException("/certs/ca.pem")),
            CallFault.Invalid.class,
            "/certs/ca.pem can't be read: check docker.tls"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void saysWhatAnErrorMeansAndWhatToDo(
      RuntimeException error, Class<? extends CallFault> expected, String words) {
    var fault = DockerFaultMapper.of(error, HOST);

    assertThat(fault).isInstanceOf(expected);
    assertThat(fault.reason()).contains(words);
  }

  @Test
  void passesBugsOn() {
    var bug = new IllegalStateException("ours");

    assertThatThrownBy(() -> DockerFaultMapper.of(bug, HOST)).isSameAs(bug);
  }

  private static Arguments row(
      RuntimeException error, Class<? extends CallFault> expected, String words) {
    return Arguments.of(error, expected, words);
  }

  private static RuntimeException wrapped(IOException cause) {
    return new RuntimeException(cause);
  }

  private static String json(String message) {
    return "Status 404: {\"message\":\"" + message + "\"}\n";
  }
}
