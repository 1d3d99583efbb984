package dev.deployclaw.ratelimit.settings;

import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.listener.StatusAccess;
import dev.deployclaw.ratelimit.listener.StatusAccess.Listener;
import dev.deployclaw.ratelimit.listener.StatusAccess.ServerTls;
import dev.deployclaw.ratelimit.listener.StatusAccess.Token;
import dev.deployclaw.ratelimit.listener.UnixSocket;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads who may ask for what. */
record AccessSettingsReader(ServiceSettingsReader values) {
  private static final int MOST_CONNECTIONS = 100_000;
  private static final int LEAST_TOKEN = 16;
  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
  private static final List<String> RIGHTS =
      List.of("---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx");
  private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");

  AccessSettings access() {
    var decisions = socket("socket");
    var envoy = socket("grpc-socket");
    if (decisions.isPresent()
        && decisions.map(UnixSocket::path).equals(envoy.map(UnixSocket::path))) {
      problem("socket and grpc-socket are the same file: name two");
    }
    return new AccessSettings(
        decisions, envoy, status(), values.number("most-connections", 16, MOST_CONNECTIONS));
  }

  private StatusAccess status() {
    var token = values.secret("status-token").flatMap(this::token);
    var tls = tls();
    if (values.optional("status-port").isEmpty()) {
      if (tls.isPresent() || values.optional("status-host").isPresent()) {
        problem("status-host and status-cert-file need a separate listener: give status-port");
      }
      return new StatusAccess(Optional.empty(), token);
    }
    var host = values.optional("status-host").orElseGet(() -> values.text("host"));
    var listener = new Listener(host, values.number("status-port", 0, 65_535), tls);
    return new StatusAccess(Optional.of(listener), token);
  }

  private Optional<Token> token(String text) {
    if (text.length() < LEAST_TOKEN || !VISIBLE.matcher(text).matches()) {
      problem(
          "status-token-file holds no token: write at least %d characters without spaces into it"
              .formatted(LEAST_TOKEN));
      return Optional.empty();
    }
    return Optional.of(new Token(text));
  }

  private Optional<ServerTls> tls() {
    var certificate = values.file("status-cert-file");
    var key = values.file("status-key-file");
    var clients = values.file("status-client-ca-file");
    if (certificate.isPresent() != key.isPresent()) {
      problem("status-cert-file and status-key-file are needed together");
    } else if (clients.isPresent() && key.isEmpty()) {
      problem("status-client-ca-file needs status-cert-file and status-key-file");
    }
    return certificate.flatMap(c -> key.map(k -> new ServerTls(c, k, clients)));
  }

  private Optional<UnixSocket> socket(String name) {
    var path = values.optional(name);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new UnixSocket(Path.of(path.get()), mode(), values.optional("socket-group")));
    } catch (IllegalArgumentException e) {
      problem(name + " " + e.getMessage());
      return Optional.empty();
    }
  }

  private Set<PosixFilePermission> mode() {
    String text = values.text("socket-mode");
    if (!MODE.matcher(text).matches()) {
      problem("socket-mode must be three digits from 0 to 7, such as 660: " + text);
      return Set.of();
    }
    var rights = new StringBuilder();
    text.substring(text.length() - 3)
        .chars()
        .map(digit -> digit - '0')
        .forEach(bits -> rights.append(RIGHTS.get(bits)));
    return PosixFilePermissions.fromString(rights.toString());
  }

  private void problem(String text) {
    values.problems().add(text);
  }
}
