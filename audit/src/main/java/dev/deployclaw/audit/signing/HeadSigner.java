package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.verify.chain.HeadSignature;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Signs heads of execution logs with the Ed25519 key in {@code <stateDir>/audit-key.pem}, which is
 * made at the first use and readable by its owner alone. The key is read again each time, so that a
 * process that serves signs with the new one once it was rotated. Any thread.
 */
public final class HeadSigner {
  private final SigningKeyStore folder;

  private HeadSigner(SigningKeyStore folder) {
    this.folder = folder;
  }

  /**
   * Reads the key, or makes it. Two processes that make it at once end with the same one.
   *
   * @throws java.io.UncheckedIOException when the disk refuses
   * @throws IllegalStateException when the file holds no such key
   */
  public static HeadSigner open(Path stateDir) {
    var folder = new SigningKeyStore(stateDir);
    folder.make();
    return new HeadSigner(folder);
  }

  /** The same for who only looks: empty where there is no key, and so nothing that it signed. */
  public static Optional<HeadSigner> find(Path stateDir) {
    return new SigningKeyStore(stateDir).made() ? Optional.of(open(stateDir)) : Optional.empty();
  }

  /** X.509 SubjectPublicKeyInfo in Base64: what a verifier is given. */
  public String publicKey() {
    return folder.current().key().known();
  }

  /** What it signed itself: with the key it has, or with one that it had before a rotation. */
  TrustedKeys trust() {
    var current = folder.current();
    var keys = new HashSet<String>();
    keys.add(current.key().known());
    current.rotations().forEach(rotation -> keys.add(String.valueOf(rotation.get("old"))));
    return new TrustedKeys(keys);
  }

  /**
   * Puts a new key in the place of the old one, whose private part is gone then. A record that both
   * have signed leads from one to the other.
   *
   * @return the new public key
   * @throws NotRotated when the file isn't this agent's to write, or another process rotates it
   */
  public String rotate(Instant now) throws NotRotated {
    return folder.rotate(HashChainSealer.timestamp(now));
  }

  /** The key stays as it was: why, and what to do. */
  public static final class NotRotated extends Exception {
    NotRotated(String message) {
      super(message);
    }
  }

  /** {@code signature}, {@code key} and, where there were any, {@code rotations}. */
  Map<String, Object> log(String execution, long records, String head) {
    return signed(rotations -> HeadSignature.message(execution, records, head, rotations));
  }

  /** The same, of a chain's head. */
  Map<String, Object> chain(long links, String head) {
    return signed(rotations -> HeadSignature.chain(links, head, rotations));
  }

  private Map<String, Object> signed(Function<List<?>, byte[]> message) {
    var current = folder.current();
    var out = new LinkedHashMap<String, Object>();
    out.put("signature", current.key().sign(message.apply(current.rotations())));
    out.put("key", current.key().known());
    if (!current.rotations().isEmpty()) {
      out.put("rotations", current.rotations());
    }
    return out;
  }
}
