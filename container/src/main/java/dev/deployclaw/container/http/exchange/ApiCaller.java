package dev.deployclaw.container.http.exchange;

import dev.deployclaw.container.config.ApiRole;
import java.util.Set;

/** Who calls: by the name of a credential. */
public record ApiCaller(String name, Set<ApiRole> roles) {
  /** Who shows no credential, where none is needed. */
  public static final ApiCaller NOBODY = new ApiCaller("", Set.of());

  public ApiCaller {
    roles = Set.copyOf(roles);
  }
}
