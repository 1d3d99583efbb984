package dev.deployclaw.lab;

import dev.deployclaw.policy.gateway.NginxFile;
import dev.deployclaw.policy.json.Canonical;
import java.nio.charset.StandardCharsets;

/** A gateway's file that somebody wrote whole, so that by itself nothing is wrong with it. */
final class Forged {
  private Forged() {}

  /** The text with the digest of itself, as the renderer would write it. */
  static String of(String text) {
    String blank = text.replace(NginxFile.configIn(text).orElseThrow(), "");
    byte[] bytes = blank.getBytes(StandardCharsets.UTF_8);
    return blank.replace("\"config\":\"\"", "\"config\":\"" + Canonical.sha256(bytes) + "\"");
  }
}
