package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.NKey;
import io.nats.client.Options;
import io.nats.client.support.JsonSerializable;
import io.nats.client.support.JwtUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;

/**
 * An account of a server that trusts an operator's key, and users of it by credentials files: the
 * agent's, and one that looks on. Which of the agent's users are revoked stands in the account.
 */
final class NatsAccounts {
  private static final Duration FOR_EVER = Duration.ZERO;
  private static final String STORES =
      ", \"mem_storage\": -1, \"disk_storage\": -1, \"streams\": -1, \"consumer\": -1";

  private final NKey operator;
  private final NKey account;
  private final NKey system;
  private final Path folder;
  private String revoked = "";
  private String agent = "";

  private NatsAccounts(Path folder) throws GeneralSecurityException, IOException {
    this.operator = NKey.createOperator(null);
    this.account = NKey.createAccount(null);
    this.system = NKey.createAccount(null);
    this.folder = folder;
  }

  /** With credentials for both. */
  static NatsAccounts in(Path folder) throws GeneralSecurityException, IOException {
    var accounts = new NatsAccounts(folder);
    accounts.admit("watcher");
    accounts.agent = accounts.admit("agent");
    return accounts;
  }

  Path credentials() {
    return folder.resolve("agent.creds");
  }

  /** What the server's configuration says of it; other each second, since tokens are dated. */
  String lines() throws GeneralSecurityException, IOException {
    return """
    trusted_keys: "%s"
    resolver: MEMORY
    system_account: %s
    resolver_preload: { %s: "%s", %s: "%s" }
    """
        .formatted(
            key(operator),
            key(system),
            key(system),
            token(system, "", ""),
            key(account),
            token(account, STORES, revoked));
  }

  /** From the server's next reading of its configuration. */
  void revoke() {
    revoked = "\"%s\": %d".formatted(agent, System.currentTimeMillis() / 1_000 + 1);
  }

  /** Puts credentials of another user in the agent's file. */
  void renew() throws GeneralSecurityException, IOException {
    agent = admit("agent");
  }

  Connection watcher(NatsServer nats) throws IOException, InterruptedException {
    var file = folder.resolve("watcher.creds").toString();
    var handler = io.nats.client.Nats.credentials(file);
    return io.nats.client.Nats.connect(
        Options.builder().server(nats.url()).authHandler(handler).build());
  }

  NatsSettings settings(NatsServer nats) {
    return new NatsSettings(nats.url(), Optional.of(credentials()), Duration.ofSeconds(5));
  }

  private String admit(String name) throws GeneralSecurityException, IOException {
    NKey user = NKey.createUser(null);
    String token = JwtUtils.issueUserJWT(account, key(account), key(user), name);
    Files.writeString(
        folder.resolve(name + ".creds"),
        """
        -----BEGIN NATS USER JWT-----
        %s
        ------END NATS USER JWT------

        -----BEGIN USER NKEY SEED-----
        %s
        ------END USER NKEY SEED------
        """
            .formatted(token, new String(user.getSeed())));
    return key(user);
  }

  private String token(NKey of, String limits, String revoked)
      throws GeneralSecurityException, IOException {
    String claims =
        """
        {"type": "account", "version": 2, "revocations": {%s}, "limits": {"subs": -1, "data": -1, "payload": -1,
         "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1%s}}
        """
            .formatted(revoked, limits);
    JsonSerializable body = () -> claims.replace("\n", "");
    long now = System.currentTimeMillis() / 1_000;
    return JwtUtils.issueJWT(operator, key(of), "audit", FOR_EVER, now, key(operator), body);
  }

  private static String key(NKey key) throws GeneralSecurityException, IOException {
    return new String(key.getPublicKey());
  }
}
