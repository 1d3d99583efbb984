package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tenants with committed limits in shadow mode, which reject no call: adopted ones begin so. */
record ShadowModeTenants(CommandEnvironment around, AgentSession session, boolean json) {
  /** Who is left, and how many of their limits; returns the exit code. */
  int list() throws InterruptedException {
    var answer = session.queries().policies();
    if (answer.exit() != ExitCode.OK) {
      return new CommandFailure(answer.exit(), answer.reason()).report(around, json);
    }
    var left = answer.set().tenants().values().stream().filter(t -> !shadows(t).isEmpty()).toList();
    if (json) {
      around.json(Map.of("shadowed", left.stream().map(ShadowModeTenants::map).toList()));
    } else {
      left.forEach(t -> around.say(line(t)));
      around.say(left.isEmpty() ? "every limit is enforced" : left.size() + " tenants");
    }
    return ExitCode.OK.code();
  }

  /** The change that a person could ask for in the same words; returns the exit code. */
  int enforce(String tenant) throws InterruptedException {
    var request = around.request("take " + tenant + "'s limits out of shadow mode");
    return session.finish(session.changeService().run(request));
  }

  private static List<String> shadows(TenantPolicy tenant) {
    return tenant.limits().stream()
        .filter(l -> l.mode() == EnforcementMode.SHADOW)
        .map(Limit::name)
        .toList();
  }

  private static String line(TenantPolicy tenant) {
    var shadows = shadows(tenant);
    return "%s: %d of %d limits in shadow mode: %s"
        .formatted(
            tenant.tenant(), shadows.size(), tenant.limits().size(), String.join(", ", shadows));
  }

  private static Map<String, Object> map(TenantPolicy tenant) {
    var out = new LinkedHashMap<String, Object>();
    out.put("tenant", tenant.tenant());
    out.put("shadow", shadows(tenant));
    out.put("limits", tenant.limits().size());
    return out;
  }
}
