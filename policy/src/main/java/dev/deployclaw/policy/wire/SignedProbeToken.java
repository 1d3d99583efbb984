package dev.deployclaw.policy.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A probe's token as it travels: {@code base64url(JSON).base64url(path).base64url(Ed25519)} in a
 * header. An Ed25519 signature costs about a millisecond of CPU to make and to check, so the tokens
 * of a run are signed together: the signature is of the root of a {@link MerkleTree} over them, and
 * the path leads from the token to that root. The seal is the same for all of them and need be
 * checked only once.
 *
 * @param token to be believed only if the seal is by the right key
 */
public record SignedProbeToken(ProbeToken token, Seal seal) {
  /** Longer text isn't looked at. */
  public static final int LONGEST_TEXT = 2048;

  private static final int PARTS = 3;

  /**
   * What is signed, and the signature, both in base64url.
   *
   * @param root of the tree that the token was found in
   */
  public record Seal(String root, String signature) {
    /**
     * Costs about a millisecond of CPU.
     *
     * @param publicKey the policy set's; nothing is by an empty one
     */
    public boolean isBy(String publicKey) {
      try {
        var verifier = Signature.getInstance(ProbeKeyPair.ALGORITHM);
        verifier.initVerify(ProbeKeyPair.publicKey(publicKey));
        verifier.update(bytes(root));
        return verifier.verify(bytes(signature));
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        return false;
      }
    }
  }

  /**
   * The tokens' texts in their order, under one signature.
   *
   * @param tokens at least one
   * @param privateKey as {@link ProbeKeyPair} has it
   */
  public static List<String> sign(List<ProbeToken> tokens, String privateKey) {
    var bodies = tokens.stream().map(ProbeToken::bytes).toList();
    var tree = MerkleTree.of(bodies);
    String signature = text(signature(tree.root(), privateKey));
    var texts = new ArrayList<String>();
    for (int i = 0; i < bodies.size(); i++) {
      texts.add(text(bodies.get(i)) + "." + text(tree.path(i)) + "." + signature);
    }
    return texts;
  }

  /** Empty where the text is malformed. */
  public static Optional<SignedProbeToken> read(String text) {
    var parts = text.length() > LONGEST_TEXT ? List.of("") : List.of(text.split("\\.", -1));
    if (parts.size() != PARTS) {
      return Optional.empty();
    }
    try {
      byte[] body = bytes(parts.get(0));
      byte[] root = MerkleTree.root(body, bytes(parts.get(1)));
      return Optional.of(
          new SignedProbeToken(ProbeToken.read(body), new Seal(text(root), parts.get(2))));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] signature(byte[] root, String privateKey) {
    try {
      var signer = Signature.getInstance(ProbeKeyPair.ALGORITHM);
      signer.initSign(ProbeKeyPair.privateKey(privateKey));
      signer.update(root);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("can't sign", e);
    }
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] bytes(String text) {
    return Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.US_ASCII));
  }
}
