package dev.deployclaw.testkit.redis;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang3.function.Failable;

/** A Redis Cluster of one node that lets in only the users of an ACL file. */
public final class AclProtectedRedis implements AutoCloseable {
  private static final String OPEN = "user default on nopass ~* &* +@all\n";

  private static final Duration FORMED = Duration.ofSeconds(60);

  private final RedisNode node;

  private AclProtectedRedis(RedisNode node) {
    this.node = node;
  }

  /**
   * @param users lines of an ACL file, where {@code #NAME_SHA256} stands for the hash of a password
   * @param passwords by such a name
   */
  public static AclProtectedRedis start(Path folder, String users, Map<String, String> passwords) {
    return Failable.get(() -> {
      Files.createDirectories(folder);
      Path file = Files.writeString(folder.resolve("users.acl"), OPEN);
      var lines =
          List.of(
              "cluster-enabled yes",
              "cluster-port " + FreePortFinder.free(),
              "aclfile " + file.toAbsolutePath());
      var node =
          RedisNode.start(folder, new RedisNode.Options(FreePortFinder.free(), lines, Map.of()));
      node.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
      BoundedWait.until(
          "the cluster is healthy",
          FORMED,
          () -> node.answers(i -> i.contains("cluster_state:ok"), "CLUSTER", "INFO"));
      Files.writeString(file, filled(users, passwords));
      node.call("ACL", "LOAD");
      return new AclProtectedRedis(node);
    });
  }

  public HostPort address() {
    return node.address();
  }

  @Override
  public void close() {
    node.close();
  }

  private static String filled(String users, Map<String, String> passwords) {
    String text = users;
    for (var password : passwords.entrySet()) {
      text = text.replace("#" + password.getKey() + "_SHA256", "#" + sha256(password.getValue()));
    }
    return text;
  }

  private static String sha256(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
