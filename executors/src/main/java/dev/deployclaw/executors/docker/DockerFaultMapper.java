package dev.deployclaw.executors.docker;

import com.fasterxml.jackson.core.JacksonException;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.UnauthorizedException;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CauseChain;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import javax.net.ssl.SSLException;

/**
 * What an error of the Docker client means, and what to do about it. The client throws errors of
 * the connection wrapped in a bare {@link RuntimeException}.
 */
public final class DockerFaultMapper {
  private static final String OPENS = "{\"message\":\"";
  private static final String CLOSES = "\"}";

  /** The answer may be long. */
  private static final int MOST_SAID = 1_000;

  private static final int FORBIDDEN = 403;
  private static final String NO_CONTAINER = "No such container";

  private DockerFaultMapper() {}

  /**
   * @param error thrown by the client, or while it was opened
   * @param host of the daemon
   * @throws RuntimeException the error itself where it is none of the client's: a bug
   */
  public static CallFault of(RuntimeException error, URI host) {
    String said = said(error);
    return switch (error) {
      case NotFoundException _ -> missing(said);
      case UnauthorizedException _ -> refused(said, host);
      case ConflictException _ -> new CallFault.Conflict("docker: " + said);
      case BadRequestException _ -> invalid(said);
      case InternalServerErrorException _ -> new CallFault.Unknown("docker: " + said);
      case DockerException other ->
          other.getHttpStatus() == FORBIDDEN
              ? refused(said, host)
              : new CallFault.Unknown("docker: " + said);
      case DockerClientException _ -> new CallFault.Unknown("docker: " + said);
      case IllegalArgumentException _ -> new CallFault.Invalid("docker: " + said);
      default -> connection(error, host);
    };
  }

  /** Whether it says that the container, not something in it, isn't there. */
  public static boolean isGone(NotFoundException error) {
    return said(error).contains(NO_CONTAINER);
  }

  private static CallFault missing(String said) {
    if (said.contains(NO_CONTAINER)) {
      return new CallFault.Unavailable(
          "the container was removed after it was listed ("
              + said
              + "): start it again, or remove its gateway from the configuration");
    }
    if (said.contains("No such image")) {
      return new CallFault.Unavailable(
          "the container's image is gone (" + said + "): pull or build it again");
    }
    return new CallFault.Invalid("docker: " + said);
  }

  private static CallFault refused(String said, URI host) {
    return new CallFault.Denied(
        "the daemon at " + host + " refuses it: " + said + "; check its authorization plugin");
  }

  private static CallFault invalid(String said) {
    return said.contains("HTTP request to an HTTPS server")
        ? new CallFault.Invalid("the daemon requires TLS: set ca, cert and key under docker.tls")
        : new CallFault.Invalid("docker: " + said);
  }

  private static CallFault connection(RuntimeException error, URI host) {
    return switch (cause(error)) {
      case FileSystemException file ->
          new CallFault.Invalid(
              "the certificate file " + file.getFile() + " can't be read: check docker.tls");
      case SSLException tls ->
          new CallFault.Denied(
              "the TLS handshake failed with "
                  + host
                  + ": "
                  + tls.getMessage()
                  + "; check docker.tls, and that the daemon's certificate names this host");
      case SocketException socket -> socket(socket, host);
      case UnknownHostException _ -> absent(host, "the host name is unknown");
      case SocketTimeoutException _ ->
          new CallFault.Unknown(
              "the daemon at "
                  + host
                  + " did not answer in time: the call may or may not have taken effect");
      case JacksonException _ ->
          new CallFault.Invalid("the server at " + host + " isn't a Docker daemon");
      case IOException other -> broken(String.valueOf(other.getMessage()), host);
      case Throwable _ -> throw error;
    };
  }

  /** The JDK tells the errors of a Unix socket apart by their text only. */
  private static CallFault socket(SocketException error, URI host) {
    String said = String.valueOf(error.getMessage());
    if (said.contains("Permission denied")) {
      return new CallFault.Denied(
          "this user may not open the socket of "
              + host
              + ": run the agent in the socket's group (mostly docker)");
    }
    boolean nobody =
        error instanceof ConnectException
            || error instanceof NoRouteToHostException
            || said.contains("No such file");
    return nobody ? absent(host, said) : broken(said, host);
  }

  /** With TLS 1.3 a daemon may just hang up on a certificate that it doesn't know. */
  private static CallFault broken(String said, URI host) {
    String hint = "tcp".equals(host.getScheme()) ? "; if that repeats, check docker.tls" : "";
    return new CallFault.Unknown("the connection to " + host + " broke: " + said + hint);
  }

  private static CallFault absent(URI host, String said) {
    return new CallFault.Unavailable(
        "no Docker daemon answers at "
            + host
            + " ("
            + said
            + "): start it, or correct docker.host");
  }

  /** The first that isn't just a wrapper. */
  private static Throwable cause(Throwable error) {
    var chain = CauseChain.of(error).toList();
    return chain.stream()
        .skip(1)
        .filter(IOException.class::isInstance)
        .findFirst()
        .orElse(chain.getLast());
  }

  /** The daemon answers errors as JSON, which the client quotes with line ends. */
  private static String said(Throwable error) {
    String text = String.valueOf(error.getMessage()).strip();
    int from = text.indexOf(OPENS) + OPENS.length();
    int to = text.lastIndexOf(CLOSES);
    boolean json = from >= OPENS.length() && to >= from;
    String said = json ? text.substring(from, to).replace("\\\"", "\"") : text;
    return said.length() > MOST_SAID ? said.substring(0, MOST_SAID) + " …" : said;
  }
}
