package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.core.query.ClientRequest;
import dev.deployclaw.policy.match.RequestShape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code check TENANT SERVICE ROUTE METHOD}. */
@Command(
    name = "check",
    description = {
      "Show how one request would be decided: which limits apply, why, and what is left.",
      "Reads the counters in Redis; charges nothing and changes nothing."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw check umbrella search /search/items GET",
      "  deployclaw check umbrella search /search POST --client 203.0.113.7",
      "  deployclaw check umbrella search /search GET --header x-plan=gold --json"
    })
public final class CheckCommand extends AgentCommand {
  private static final String METHOD = "[A-Z]{1,20}";

  @Parameters(index = "0", paramLabel = "TENANT", description = "The tenant of the request.")
  private String tenant = "";

  @Parameters(index = "1", paramLabel = "SERVICE", description = "The service of the request.")
  private String service = "";

  @Parameters(index = "2", paramLabel = "ROUTE", description = "The path, as in /search/items.")
  private String route = "";

  @Parameters(index = "3", paramLabel = "METHOD", description = "The method, such as GET.")
  private String method = "";

  @Option(
      names = "--client",
      paramLabel = "ADDRESS",
      description = "The client's address, for limits with a counter for each address.")
  private @Nullable String client;

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "A header of the request, for limits with a counter per value. Repeatable.")
  private List<String> headers = List.of();

  public CheckCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    var question = question();
    return new CheckView(around).show(question, session.queries().check(question), shared.json());
  }

  private ClientRequest question() {
    String upper = method.toUpperCase(Locale.ROOT);
    if (!upper.matches(METHOD)) {
      throw wrong("METHOD: \"" + method + "\" is not a method, as GET is");
    }
    if (!route.startsWith("/")) {
      throw wrong("ROUTE: \"" + route + "\" must start with /, as /search does");
    }
    var shape = RequestShape.ofUri(service, route, upper);
    return new ClientRequest(tenant, shape, Optional.ofNullable(client), headers());
  }

  private Map<String, String> headers() {
    var out = new TreeMap<String, String>();
    for (String header : headers) {
      int equals = header.indexOf('=');
      if (equals < 1) {
        throw wrong("--header: \"" + header + "\" is not NAME=VALUE");
      }
      out.put(
          header.substring(0, equals).strip().toLowerCase(Locale.ROOT),
          header.substring(equals + 1));
    }
    return out;
  }
}
