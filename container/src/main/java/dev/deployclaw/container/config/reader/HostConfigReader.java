package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.HostConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.util.List;
import java.util.function.UnaryOperator;

/** Reads the section {@code host}. */
final class HostConfigReader {
  private static final int MOST_USER = 65_533;

  private final CredentialFiles files;

  /**
   * @param files of the host's credentials
   */
  HostConfigReader(CredentialFiles files) {
    this.files = files;
  }

  /**
   * What is read of it: the host, and whether it has a user of its own at etcd.
   *
   * @param login puts that user in the place of the agent's
   */
  record HostSection(HostConfig host, boolean hasLogin, UnaryOperator<AgentConfig.Etcd> login) {}

  HostSection read(ConfigSection f) {
    var login = f.section("etcd");
    String username = login.text("username", "");
    var password = files.secret(login, "password");
    var tls = new TlsConfigReader(files).where(login, login.section("tls"));
    login.done();
    if (username.isEmpty() != password.value().isEmpty()) {
      login.problem("username", login.line(), "and password are needed together", "add the other");
    }
    var host =
        new HostConfig(
            f.flag("enabled", true),
            f.whole("user", HostConfig.USER, 0, MOST_USER),
            f.optional("socket").map(files::path),
            f.optional("keyFile").map(files::path),
            List.of());
    f.done();
    UnaryOperator<AgentConfig.Etcd> own =
        e ->
            new AgentConfig.Etcd(
                e.endpoints(),
                e.prefix(),
                username.isEmpty() ? e.username() : username,
                username.isEmpty() ? e.password() : password,
                tls.orElse(e.tls()),
                e.timeout());
    return new HostSection(host, !username.isEmpty() || tls.isPresent(), own);
  }
}
