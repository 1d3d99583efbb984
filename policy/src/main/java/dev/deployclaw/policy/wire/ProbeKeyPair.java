package dev.deployclaw.policy.wire;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The Ed25519 key pair of probe tokens as text.
 *
 * @param publicKey X.509, base64: what a policy set carries
 * @param privateKey PKCS #8, base64: a secret of the agent
 */
public record ProbeKeyPair(String publicKey, String privateKey) {
  static final String ALGORITHM = "Ed25519";

  public ProbeKeyPair {
    var _ = publicKey(publicKey);
    var _ = privateKey(privateKey);
  }

  public static ProbeKeyPair generate() {
    try {
      var pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      return new ProbeKeyPair(
          text(pair.getPublic().getEncoded()), text(pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "ProbeKeys[publicKey=" + publicKey + ", privateKey=***]";
  }

  /** Throws IllegalArgumentException where the text is no such key. */
  static PublicKey publicKey(String text) {
    try {
      return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(bytes(text)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an Ed25519 public key", e);
    }
  }

  /** Throws IllegalArgumentException where the text is no such key. */
  static PrivateKey privateKey(String text) {
    try {
      return KeyFactory.getInstance(ALGORITHM)
          .generatePrivate(new PKCS8EncodedKeySpec(bytes(text)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an Ed25519 private key", e);
    }
  }

  private static String text(byte[] encoded) {
    return Base64.getEncoder().encodeToString(encoded);
  }

  private static byte[] bytes(String text) {
    return Base64.getDecoder().decode(text);
  }
}
