package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Role;
import java.util.Set;

/** Who calls: by the name of a credential. */
record Caller(String name, Set<Role> roles) {
  /** Who shows no credential, where none is needed. */
  static final Caller NOBODY = new Caller("", Set.of());

  Caller {
    roles = Set.copyOf(roles);
  }
}
