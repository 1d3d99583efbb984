package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import java.util.regex.Pattern;

/** The digest by which a gateway's file says who it is: of the file without it. */
final class GatewayFileDigest {
  private static final Pattern CONFIG = Pattern.compile("\"config\":\"([0-9a-f]{64})\"");
  private static final String BLANK = "\"config\":\"\"";

  private GatewayFileDigest() {}

  static String of(String file) {
    return ByteDigests.sha256(ByteDigests.of(CONFIG.matcher(file).replaceFirst(BLANK)));
  }

  /** Whether what runs says that it runs the file. */
  static boolean isSaid(String said, String file) {
    return said.contains("\"config\":\"" + of(file) + "\"");
  }
}
