package dev.deployclaw.container.http;

import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.config.TokensFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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
  private FileTime seen;

  TokenWatch(Path file, Credentials credentials) {
    this.file = file;
    this.credentials = credentials;
    this.seen = changed();
  }

  /** Reads the file if it changed since the last time. */
  void look() {
    var now = changed();
    if (now.equals(seen)) {
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

  private FileTime changed() {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
