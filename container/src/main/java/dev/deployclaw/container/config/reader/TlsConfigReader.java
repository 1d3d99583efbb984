package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.core.tls.TlsSettings.Identity;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Reads the section {@code tls}, which is the same for every back end. Its files are looked at, so
 * that one that can't be used is a problem at the start and not at the first connection.
 *
 * @param files of credentials, that of the key among them
 */
record TlsConfigReader(CredentialFiles files) {
  private static final String CERTIFICATE = "certificate";

  /** As {@code certificate} was written before. */
  private static final String FORMER = "cert";

  private static final String REMEDY =
      "write https:// in the address (tls:// for NATS), or remove the section";

  /** The section of a back end, and whether it is encrypted by its address. */
  TlsSettings read(ConfigSection f, boolean encrypted) {
    var tls = read(f);
    if (!encrypted && (f.isGiven() || !tls.equals(TlsSettings.DEFAULT))) {
      f.problem("", f.line(), "is for TLS, and the address has none", REMEDY);
    }
    return tls;
  }

  private TlsSettings read(ConfigSection f) {
    var ca = f.optional("ca").map(files::noted);
    boolean former = f.given(FORMER);
    String key = former ? FORMER : CERTIFICATE;
    var certificate = f.optional(key).map(files::noted);
    if (!former) {
      var _ = f.optional(FORMER);
    } else if (f.optional(CERTIFICATE).isPresent()) {
      f.wrong(FORMER, "is now called certificate, which is given, too", "remove cert");
    }
    var secret = f.optional("key").map(files::noted);
    secret.ifPresent(files::learnLines);
    var name = f.optional("serverName").filter(n -> !n.isBlank());
    f.done();
    if (certificate.isPresent() != secret.isPresent()) {
      f.wrong(key, "and key are needed together", "add the other, or remove it");
    }
    var identity = certificate.flatMap(c -> secret.map(k -> new Identity(c, k)));
    var tls = new TlsSettings(ca, identity, name);
    var problems =
        files.opens()
            ? tls.problems(InstantSource.system().instant())
            : List.<TlsSettings.Problem>of();
    for (var problem : problems) {
      boolean ours = problem.key().equals(CERTIFICATE);
      f.wrong(ours ? key : problem.key(), problem.what(), problem.remedy());
    }
    return tls;
  }

  /** The same where a connection has no scheme: the section alone turns TLS on. */
  Optional<TlsSettings> where(ConfigSection parent, ConfigSection f) {
    var tls = read(f);
    return parent.given("tls") || !tls.equals(TlsSettings.DEFAULT)
        ? Optional.of(tls)
        : Optional.empty();
  }
}
