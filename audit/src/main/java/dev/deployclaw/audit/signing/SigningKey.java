package dev.deployclaw.audit.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An Ed25519 key as its file holds it: a PRIVATE KEY (PKCS #8) and a PUBLIC KEY (X.509) in PEM.
 *
 * @param known the public part, in Base64
 */
record SigningKey(PrivateKey secret, String known) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN (PRIVATE|PUBLIC) KEY-----([^-]*)-----END \\1 KEY-----");

  /** The text of a new one. */
  static String fresh() throws GeneralSecurityException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    return block("PRIVATE", pair.getPrivate().getEncoded())
        + block("PUBLIC", pair.getPublic().getEncoded());
  }

  static SigningKey read(String pem) throws GeneralSecurityException {
    var keys = KeyFactory.getInstance("Ed25519");
    var secret = keys.generatePrivate(new PKCS8EncodedKeySpec(der(pem, "PRIVATE")));
    var known = keys.generatePublic(new X509EncodedKeySpec(der(pem, "PUBLIC")));
    return new SigningKey(secret, Base64.getEncoder().encodeToString(known.getEncoded()));
  }

  /** In Base64. Ed25519 is deterministic: the same bytes have the same signature each time. */
  String sign(byte[] message) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(secret);
      signature.update(message);
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  @Override
  public String toString() {
    return known;
  }

  private static String block(String kind, byte[] der) {
    var mime = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN %1$s KEY-----\n%2$s\n-----END %1$s KEY-----\n"
        .formatted(kind, mime.encodeToString(der));
  }

  private static byte[] der(String pem, String kind) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(pem);
    while (block.find()) {
      if (kind.equals(block.group(1))) {
        return Base64.getMimeDecoder().decode(block.group(2));
      }
    }
    throw new GeneralSecurityException("no " + kind + " KEY block");
  }
}
