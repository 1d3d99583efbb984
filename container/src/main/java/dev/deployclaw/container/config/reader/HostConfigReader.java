package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.HostConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Reads the section {@code host}.
 *
 * @param files of the host's credentials
 */
record HostConfigReader(CredentialFiles files) {
  private static final int MOST_USER = 65_533;
  private static final Pattern PORT =
      Pattern.compile(
          "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]");

  /**
   * What is read of it: the host, and whether it has a user of its own at etcd.
   *
   * @param login puts that user in the place of the agent's
   */
  record HostSection(HostConfig host, boolean hasLogin, UnaryOperator<AgentConfig.Etcd> login) {}

  private static Set<Integer> ports(ConfigSection f) {
    var ports = new TreeSet<Integer>();
    for (String port : f.texts("ports")) {
      if (PORT.matcher(port).matches()) {
        ports.add(Integer.parseInt(port));
      } else {
        f.wrong("ports", "\"" + port + "\" isn't a TCP port", "write for example [6379, 6380]");
      }
    }
    return ports;
  }

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
            ports(f),
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
