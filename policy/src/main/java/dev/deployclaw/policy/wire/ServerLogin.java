package dev.deployclaw.policy.wire;

/**
 * A user of a server: of etcd, of Redis ({@code default} where it has none), of NATS. The password
 * is never printed.
 */
public record ServerLogin(String user, String password) {
  @Override
  public String toString() {
    return "Login[user=" + user + ", password=***]";
  }
}
