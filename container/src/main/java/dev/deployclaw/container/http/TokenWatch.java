package dev.deployclaw.container.http;

import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.config.TokensFile;
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
final class TokenWatch {
  private static final Logger LOG = LoggerFactory.getLogger(TokenWatch.class);

  private final Path file;
  private final Credentials credentials;
  private byte[] seen;

  TokenWatch(Path file, Credentials credentials) {
    this.file = file;
    this.credentials = credentials;
    this.seen = content();
  }

  /** Reads the file if its content changed: a copy may keep the time of what it replaces. */
  void look() {
    var now = content();
    if (Arrays.equals(now, seen)) {
      return;
    }
    seen = now;
    try {
      credentials.replace(TokensFile.read(file));
      LOG.atInfo().addKeyValue("file", file).log("The tokens were read again");
    } catch (InvalidConfig e) {
      LOG.atWarn()
          .addKeyValue("problems", e.getMessage())
          .log("The tokens file can't be used; the callers known so far stay");
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
