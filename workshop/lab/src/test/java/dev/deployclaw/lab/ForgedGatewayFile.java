package dev.deployclaw.lab;

import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;

/** A gateway's file that somebody wrote whole, so that by itself nothing is wrong with it. */
final class ForgedGatewayFile {
  private ForgedGatewayFile() {}

  /** The text with the digest of itself, as the renderer would write it. */
  static String of(String text) {
    String blank = text.replace(NginxConfigFile.configIn(text).orElseThrow(), "");
    byte[] bytes = blank.getBytes(StandardCharsets.UTF_8);
    return blank.replace("\"config\":\"\"", "\"config\":\"" + CanonicalJson.sha256(bytes) + "\"");
  }
}
