package dev.deployclaw.audit;

import dev.deployclaw.audit.verify.HeadSignature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Signs heads of execution logs with the Ed25519 key in {@code <stateDir>/audit-key.pem}, which is
 * made at the first use and readable by its owner alone. Ed25519 is deterministic: the same log has
 * the same signature each time. Any thread.
 */
public final class HeadSigner {
  private static final String FILE = "audit-key.pem";
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN (PRIVATE|PUBLIC) KEY-----([^-]*)-----END \\1 KEY-----");

  private final PrivateKey secret;
  private final String publicKey;

  private HeadSigner(PrivateKey secret, PublicKey known) {
    this.secret = secret;
    this.publicKey = Base64.getEncoder().encodeToString(known.getEncoded());
  }

  /** Reads the key, or makes it. Two processes that make it at once end with the same one. */
  public static HeadSigner open(Path stateDir) {
    Path file = stateDir.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        create(file);
      }
      return read(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("no signing key in " + file, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("not an Ed25519 key in " + file, e);
    }
  }

  /** X.509 SubjectPublicKeyInfo in Base64: what a verifier is given. */
  public String publicKey() {
    return publicKey;
  }

  String sign(String execution, long records, String head) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(secret);
      signature.update(HeadSignature.message(execution, records, head));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  /** Writes a file of its own first, so that nobody sees half a key, and links it unless one is. */
  private static void create(Path file) throws IOException, GeneralSecurityException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new NoSuchFileException(file.toString());
    }
    Files.createDirectories(folder);
    var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path fresh = Files.createTempFile(folder, ".audit-key", "", mine);
    try {
      Files.writeString(fresh, pem(KeyPairGenerator.getInstance("Ed25519").generateKeyPair()));
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // Another process was first: its key is the one.
    } finally {
      Files.delete(fresh);
    }
  }

  private static String pem(KeyPair pair) {
    return block("PRIVATE", pair.getPrivate().getEncoded())
        + block("PUBLIC", pair.getPublic().getEncoded());
  }

  private static String block(String kind, byte[] der) {
    var mime = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN %1$s KEY-----\n%2$s\n-----END %1$s KEY-----\n"
        .formatted(kind, mime.encodeToString(der));
  }

  private static HeadSigner read(String pem) throws GeneralSecurityException {
    var keys = KeyFactory.getInstance("Ed25519");
    var secret = keys.generatePrivate(new PKCS8EncodedKeySpec(der(pem, "PRIVATE")));
    var known = keys.generatePublic(new X509EncodedKeySpec(der(pem, "PUBLIC")));
    return new HeadSigner(secret, known);
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
