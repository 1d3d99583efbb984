package dev.deployclaw.testkit.docker;

import dev.deployclaw.testkit.process.SystemTool;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network bridge of our own with the private addresses {@code 10.<block>.0.0/16}: the lower half
 * is the bridge's, the upper half may be given to further networks. Needs root.
 */
record NetworkBridge(int block) {
  private static final int FIRST_BLOCK = 200;
  private static final int BLOCKS = 50;
  private static final int MOST_TRIES = 50;

  /** Takes a block that no interface of this machine has an address in. */
  static NetworkBridge create() {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      var bridge = new NetworkBridge(FIRST_BLOCK + ThreadLocalRandom.current().nextInt(BLOCKS));
      if (bridge.interfaces().isEmpty() && bridge.added()) {
        return bridge;
      }
    }
    throw new IllegalStateException("no free block of private addresses for a bridge");
  }

  String name() {
    return "dctest" + block;
  }

  String pool() {
    return "10." + block + ".128.0/17";
  }

  /** With the bridges of networks that took their addresses from the block. */
  void delete() {
    for (String name : interfaces()) {
      SystemTool.run("ip", "link", "delete", name);
    }
    SystemTool.run("ip", "link", "delete", name());
  }

  /** The first process that adds the name has it. */
  private boolean added() {
    if (SystemTool.run("ip", "link", "add", name(), "type", "bridge").exit() != 0) {
      return false;
    }
    SystemTool.must("ip", "address", "add", "10." + block + ".0.1/24", "dev", name());
    SystemTool.must("ip", "link", "set", name(), "up");
    return true;
  }

  private List<String> interfaces() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(i -> Collections.list(i.getInetAddresses()).stream().anyMatch(this::holds))
          .map(NetworkInterface::getName)
          .toList();
    } catch (SocketException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean holds(InetAddress address) {
    return address.getHostAddress().startsWith("10." + block + ".");
  }
}
