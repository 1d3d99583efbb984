package dev.deployclaw.executors.host;

import io.netty.channel.DefaultChannelId;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Where an executor host will listen.
 *
 * @param path of a Unix socket, at most 100 bytes
 * @param permissions who may connect
 * @param channel not bound yet: a host that has it needs to open no further Unix socket. A Unix
 *     socket without a path could still connect; the host runs nothing of others until it is bound
 */
public record HostSocket(
    Path path, Set<PosixFilePermission> permissions, ServerSocketChannel channel) {
  public HostSocket {
    permissions = Set.copyOf(permissions);
  }

  /** For the user of the process alone: mode 0600. */
  public static HostSocket ownersOnly(Path path) throws IOException {
    return opened(path, "rw-------");
  }

  /** For the user and the group of the process: mode 0660. */
  public static HostSocket shared(Path path) throws IOException {
    return opened(path, "rw-rw----");
  }

  /** Netty asks for the network's interfaces once, by UDP, which the host may give up next. */
  private static HostSocket opened(Path path, String permissions) throws IOException {
    var _ = DefaultChannelId.newInstance();
    return new HostSocket(
        path,
        PosixFilePermissions.fromString(permissions),
        ServerSocketChannel.open(StandardProtocolFamily.UNIX));
  }
}
