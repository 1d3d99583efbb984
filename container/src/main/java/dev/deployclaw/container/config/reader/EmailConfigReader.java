package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.core.tls.TlsSettings;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads a channel of type {@code email}. Only loopback is reached without TLS. */
record EmailConfigReader(CredentialFiles files) {
  private static final String URL = "url";
  private static final String TO = "to";
  private static final int MOST_RECIPIENTS = 100;
  private static final int SUBMISSION = 587;
  private static final int SUBMISSIONS = 465;
  private static final int LAST_PORT = 65535;
  private static final int LONGEST_ADDRESS = 254;

  private static final Pattern SERVER =
      Pattern.compile("(smtps?)://([A-Za-z0-9.-]+|\\[[0-9a-f:]+])(?::(\\d{1,5}))?/?");
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

  /** Narrower than RFC 5321: what could end a header or an argument is in none. */
  private static final Pattern ADDRESS =
      Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");

  Platform read(ConfigSection f) {
    if (!f.given("console")) {
      f.problem("console", f.line(), "is required: mails lead there", "add the agent's address");
    }
    var to = f.some(TO);
    if (to.size() > MOST_RECIPIENTS) {
      f.wrong(TO, "has more than " + MOST_RECIPIENTS + " addresses", "give the address of a list");
    }
    to.forEach(address -> checkAddress(f, TO, address));
    String from = f.required("from");
    checkAddress(f, "from", from);
    return new Platform.Email(server(f), from, to);
  }

  private Platform.MailServer server(ConfigSection f) {
    var url = SERVER.matcher(f.url(URL));
    boolean fits = url.matches();
    if (!fits && f.given(URL)) {
      f.wrong(URL, "isn't the address of a mail server", "write smtp://HOST:587 or smtps://HOST");
    }
    boolean immediate = fits && url.group(1).equals("smtps");
    String host = fits ? url.group(2) : "";
    int port =
        Optional.ofNullable(fits ? url.group(3) : null)
            .map(Integer::parseInt)
            .orElse(immediate ? SUBMISSIONS : SUBMISSION);
    if (port > LAST_PORT) {
      f.wrong(URL, "has no port from 1 to " + LAST_PORT, "");
    }
    var given = new TlsConfigReader(files).where(f, f.section("tls"));
    boolean plain = !immediate && LOOPBACK.matcher(host).matches();
    String username = f.text("username", "");
    SecretValue password = f.secret("password", files::content);
    if (username.isEmpty() != password.value().isEmpty()) {
      f.wrong("username", "and passwordFile are needed together", "add the other, or remove it");
    }
    return new Platform.MailServer(
        host.replaceAll("[\\[\\]]", ""),
        port,
        immediate,
        plain ? given : Optional.of(given.orElse(TlsSettings.DEFAULT)),
        username,
        password);
  }

  private static void checkAddress(ConfigSection f, String key, String address) {
    boolean fits = address.length() <= LONGEST_ADDRESS && ADDRESS.matcher(address).matches();
    if (!fits && !address.isEmpty()) {
      f.wrong(key, "\"" + address + "\" isn't an address of a mailbox", "");
    }
  }
}
