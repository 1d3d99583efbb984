package dev.deployclaw.container.http.access;

import dev.deployclaw.container.config.reader.BearerTokenFile;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a changed tokens file over without a restart, so that a token can be revoked while a change
 * runs. One that can't be used is logged, and the callers known so far stay. For one thread.
 */
public final class TokenFileReloader {
  private static final Logger LOG = LoggerFactory.getLogger(TokenFileReloader.class);

  private final Path file;
  private final CredentialStore credentials;
  private byte[] seen;

  public TokenFileReloader(Path file, CredentialStore credentials) {
    this.file = file;
    this.credentials = credentials;
    this.seen = content();
  }

  /** Reads the file if its content changed: a copy may keep the time of what it replaces. */
  public void look() {
    var now = content();
    if (Arrays.equals(now, seen)) {
      return;
    }
    seen = now;
    try {
      credentials.replace(BearerTokenFile.read(file));
      LOG.atInfo().addKeyValue("file", file).log("The tokens were read again");
    } catch (InvalidConfigException e) {
      LOG.atWarn()
          .addKeyValue("problems", e.getMessage())
          .log("The tokens file can't be used; the previous callers stay valid");
    }
  }

  private byte[] content() {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
