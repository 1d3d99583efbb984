package dev.deployclaw.ratelimit;

import dev.deployclaw.ratelimit.listener.SharedAddress;
import dev.deployclaw.ratelimit.listener.UnixSocket;
import dev.deployclaw.ratelimit.settings.ServiceSettings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where all event loops of the service listen.
 *
 * @param http host and port, where they are for anything
 * @param decisions the file where gateways ask
 * @param envoy where Envoy's protocol is answered over TCP
 * @param envoyFile the same for those who may write a file
 */
record ListenAddresses(
    Optional<SharedAddress> http,
    Optional<SharedAddress> decisions,
    Optional<SharedAddress> envoy,
    Optional<SharedAddress> envoyFile) {

  /** Blocks. */
  static ListenAddresses of(ServiceSettings settings) throws IOException {
    var access = settings.fronts().access();
    var grpcPort = settings.fronts().grpcPort();
    var tcp =
        new ListenAddresses(
            access.needsPort() ? Optional.of(tcp(settings, settings.port())) : Optional.empty(),
            file(access.decisions()),
            grpcPort.isPresent()
                ? Optional.of(tcp(settings, grpcPort.getAsInt()))
                : Optional.empty(),
            Optional.empty());
    try {
      return new ListenAddresses(tcp.http, tcp.decisions, tcp.envoy, file(access.envoy()));
    } catch (IOException e) {
      tcp.withdrawn();
      throw e;
    }
  }

  private static SharedAddress tcp(ServiceSettings settings, int port) {
    return SharedAddress.of(settings.host(), port);
  }

  private static Optional<SharedAddress> file(Optional<UnixSocket> socket) throws IOException {
    return socket.isEmpty() ? Optional.empty() : Optional.of(SharedAddress.of(socket.get()));
  }

  /** Opens the files, once all event loops listen. Blocks. */
  ListenAddresses published() throws IOException {
    for (var file : files()) {
      file.publish();
    }
    return this;
  }

  /** Deletes the files. Blocks. */
  ListenAddresses withdrawn() throws IOException {
    for (var file : files()) {
      file.withdraw();
    }
    return this;
  }

  private List<SharedAddress> files() {
    return Stream.of(decisions, envoyFile).flatMap(Optional::stream).toList();
  }

  /** Where Envoys ask. */
  List<SharedAddress> envoys() {
    return Stream.of(envoy, envoyFile).flatMap(Optional::stream).toList();
  }
}
