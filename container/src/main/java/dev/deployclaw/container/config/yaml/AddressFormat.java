package dev.deployclaw.container.config.yaml;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/** The two forms of an address in a configuration. */
final class AddressFormat {
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("[^\\s:/]+:\\d{1,5}|\\[[0-9A-Fa-f:]+]:\\d{1,5}");

  private AddressFormat() {}

  /** A URL with a host. */
  static boolean isUrl(String text) {
    try {
      return new URI(text).getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  static boolean isHostAndPort(String text) {
    return HOST_AND_PORT.matcher(text).matches();
  }
}
