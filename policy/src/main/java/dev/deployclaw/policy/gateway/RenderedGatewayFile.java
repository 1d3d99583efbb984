package dev.deployclaw.policy.gateway;

import java.util.List;

/**
 * A gateway's file.
 *
 * @param text the whole file; it carries its own digest and says it when asked
 * @param config SHA-256, in hex, of the text with that digest blanked
 * @param losses what the file can't express; empty for none
 */
public record RenderedGatewayFile(String text, String config, List<UnsupportedSetting> losses) {
  public RenderedGatewayFile {
    losses = List.copyOf(losses);
  }
}
