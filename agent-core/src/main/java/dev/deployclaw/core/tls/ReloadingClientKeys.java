package dev.deployclaw.core.tls;

import dev.deployclaw.core.tls.TlsSettings.Identity;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows a client's certificate as its files are at each handshake. While they can't be read, or one
 * of them is renewed and the other isn't yet, what was read last is shown. Any thread.
 */
final class ReloadingClientKeys extends X509ExtendedKeyManager {
  private final Identity identity;

  /** What handshakes under way may still ask for, the latest first. */
  private volatile List<Pair> read = List.of();

  ReloadingClientKeys(Identity identity) {
    this.identity = identity;
  }

  private record Pair(String alias, List<X509Certificate> chain, PrivateKey key) {}

  @Override
  public @Nullable String chooseClientAlias(
      String[] kinds, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return choose(kinds);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] kinds, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return choose(kinds);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    var pair = pair(alias);
    return pair == null ? null : pair.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    var pair = pair(alias);
    return pair == null ? null : pair.key();
  }

  @Override
  public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] issuers) {
    return read.isEmpty() ? null : new String[] {read.getFirst().alias()};
  }

  @Override
  public String @Nullable [] getServerAliases(String kind, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String kind, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  private @Nullable String choose(String[] kinds) {
    renew();
    var known = read;
    return known.isEmpty() || !Arrays.asList(kinds).contains(known.getFirst().key().getAlgorithm())
        ? null
        : known.getFirst().alias();
  }

  private synchronized void renew() {
    try {
      var chain = PemFile.certificates(identity.certificate());
      var known = read;
      if (!known.isEmpty() && known.getFirst().chain().equals(chain)) {
        return;
      }
      var key = PemFile.key(identity.key(), chain.getFirst().getPublicKey());
      String alias = chain.getFirst().getSerialNumber() + "-" + System.identityHashCode(chain);
      var pair = new Pair(alias, chain, key);
      read = known.isEmpty() ? List.of(pair) : List.of(pair, known.getFirst());
    } catch (InvalidPemException e) {
      // what was read last is shown; without any, the server says what it misses
    }
  }

  private @Nullable Pair pair(String alias) {
    return read.stream().filter(p -> p.alias().equals(alias)).findFirst().orElse(null);
  }
}
