package dev.deployclaw.audit.stream;

import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;

/** Connects to NATS as it is configured. What breaks isn't repaired but left for a new one. */
public final class NatsConnector {
  private NatsConnector() {}

  /**
   * Connects, bounded by the settings' timeout. What the server refuses later is logged nowhere.
   *
   * @param name as the server shows it
   * @throws IOException whose message says what to do
   */
  public static Connection connect(NatsSettings settings, String name)
      throws IOException, InterruptedException {
    return open(settings, new NatsErrorListener(), name);
  }

  static Connection open(NatsSettings settings, NatsErrorListener refusals, String name)
      throws IOException, InterruptedException {
    try {
      return Nats.connect(options(settings, refusals, name));
    } catch (AuthenticationException e) {
      throw new IOException(settings.whenRefused(), e);
    } catch (IOException e) {
      throw refusals
          .unreached()
          .map(
              why -> settings.encrypted() ? why : why.replace(NatsErrorListener.BY_CERTIFICATE, ""))
          .map(why -> new IOException("can't connect: " + why, e))
          .orElse(e);
    }
  }

  private static Options options(NatsSettings settings, NatsErrorListener refusals, String name) {
    var options =
        new Options.Builder()
            .server(settings.url())
            .connectionName(name)
            .connectionTimeout(settings.timeout())
            .noReconnect()
            .errorListener(refusals);
    if (settings.encrypted()) {
      options.sslContext(settings.tls().context());
    }
    settings
        .login()
        .ifPresent(l -> options.userInfo(l.user().toCharArray(), l.password().toCharArray()));
    settings.credentials().ifPresent(f -> options.authHandler(Nats.credentials(f.toString())));
    return options.build();
  }
}
