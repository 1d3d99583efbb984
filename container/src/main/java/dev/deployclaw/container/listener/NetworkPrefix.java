package dev.deployclaw.container.listener;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;

/**
 * Whom addresses belong to. One who has an IPv6 address mostly has 2^64 of them (RFC 6177), so they
 * count as one.
 */
public final class NetworkPrefix {
  private static final int HALF = 8;

  private NetworkPrefix() {}

  /**
   * @param address as a literal; anything else is its own network
   */
  public static String of(String address) {
    try {
      return InetAddress.ofLiteral(address.replaceFirst("%.*", "")) instanceof Inet6Address six
          ? HexFormat.of().formatHex(six.getAddress(), 0, HALF)
          : address;
    } catch (IllegalArgumentException e) {
      return address;
    }
  }
}
