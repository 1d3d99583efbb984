package dev.deployclaw.testkit.kubernetes.access;

import java.util.List;
import java.util.regex.Pattern;

/** Who sends a request. */
public record ClientUser(String name, List<String> groups) {
  private static final String MASTERS = "system:masters";
  private static final String AUTHENTICATED = "system:authenticated";
  private static final String ACCOUNTS = "system:serviceaccounts";
  private static final Pattern ACCOUNT =
      Pattern.compile("system:serviceaccount:(?<namespace>[^:]+):[^:]+");

  /** May do all things. */
  public static final ClientUser ADMINISTRATOR =
      new ClientUser("kubernetes-admin", List.of(MASTERS, AUTHENTICATED));

  public ClientUser {
    groups = List.copyOf(groups);
  }

  /** A person, or a service account such as {@code system:serviceaccount:edge:deployclaw}. */
  public static ClientUser named(String name) {
    var account = ACCOUNT.matcher(name);
    return account.matches()
        ? new ClientUser(
            name, List.of(ACCOUNTS, ACCOUNTS + ":" + account.group("namespace"), AUTHENTICATED))
        : new ClientUser(name, List.of(AUTHENTICATED));
  }

  boolean isMaster() {
    return groups.contains(MASTERS);
  }
}
