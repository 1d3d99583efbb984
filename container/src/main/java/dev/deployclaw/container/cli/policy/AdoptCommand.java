package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.BoundedTextFile;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.wiring.ForeignRedis;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.imports.LimitAdoption;
import dev.deployclaw.policy.imports.RedisKeyPattern;
import dev.deployclaw.policy.model.DnsLabel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code adopt --into FOLDER}, and {@code adopt --enforce TENANT} afterwards. */
@Command(
    name = "adopt",
    description = {
      "Convert the existing limits of an estate into policy documents, all in shadow mode.",
      "From keys of Redis, ConfigMaps, and NGINX's limit_req. Writes to no back end.",
      "With --enforce, a change like any other: the limits of one tenant leave shadow mode."
    },
    footer = {
      "",
      "The password of Redis is read from DEPLOYCLAW_ADOPT_REDIS_PASSWORD.",
      "",
      "Examples:",
      "  deployclaw adopt --redis redis:6379 --keys 'rl:{tenant}' --into policies",
      "  deployclaw adopt --configmap limits.yaml --nginx /etc/nginx/nginx.conf",
      "  deployclaw adopt --redis redis:6379 --keys '{service}:{tenant}' --per second",
      "  deployclaw adopt --shadowed",
      "  deployclaw adopt --enforce acme"
    })
public final class AdoptCommand extends ConsoleCommand {
  private static final int MOST_BYTES = 16 << 20;
  private static final String PASSWORD = "DEPLOYCLAW_ADOPT_REDIS_PASSWORD";
  private static final Map<String, Duration> UNITS =
      Map.of(
          "second", Duration.ofSeconds(1),
          "minute", Duration.ofMinutes(1),
          "hour", Duration.ofHours(1),
          "day", Duration.ofDays(1));

  @Option(
      names = "--redis",
      paramLabel = "HOST:PORT",
      description = "A node to look at; each primary of a cluster. Repeatable.")
  private List<String> nodes = List.of();

  @Option(
      names = "--redis-user",
      paramLabel = "NAME",
      description = "The user name; default by default.")
  private String user = "default";

  @Option(
      names = "--keys",
      paramLabel = "PATTERN",
      description = "Names of keys that hold limits, as rate_limit:{tenant}, with {service} too.")
  private @Nullable String keys;

  @Option(
      names = "--per",
      paramLabel = "UNIT",
      defaultValue = "minute",
      description = "The period of the numbers: second, minute (the default), hour or day.")
  private String unit = "minute";

  @Option(names = "--configmap", paramLabel = "FILE", description = "A manifest. Repeatable.")
  private List<Path> configMaps = List.of();

  @Option(names = "--nginx", paramLabel = "FILE", description = "A configuration. Repeatable.")
  private List<Path> nginx = List.of();

  @Option(
      names = "--into",
      paramLabel = "FOLDER",
      description = "A folder for one document per tenant; without it, only the report is printed.")
  private @Nullable Path into;

  @Option(
      names = "--enforce",
      paramLabel = "TENANT",
      description = "Enforce the limits of this committed tenant from now on.")
  private @Nullable String enforce;

  @Option(
      names = "--shadowed",
      description = "List the tenants that have committed limits in shadow mode.")
  private boolean shadowed;

  public AdoptCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    boolean reads = !nodes.isEmpty() || !configMaps.isEmpty() || !nginx.isEmpty() || into != null;
    if (Stream.of(reads, enforce != null, shadowed).filter(asked -> asked).count() > 1) {
      throw wrong("read an estate, --enforce one tenant, or list --shadowed: one at a time");
    }
    if (enforce != null || shadowed) {
      try (var session = AgentSession.open(around, shared)) {
        var adopted = new ShadowModeTenants(around, session, shared.json());
        return enforce == null ? adopted.list() : adopted.enforce(tenant(enforce));
      }
    }
    return read();
  }

  private String tenant(String name) {
    if (!DnsLabel.isLabel(name)) {
      throw wrong("--enforce: \"" + name + "\" isn't the name of a tenant");
    }
    return name;
  }

  private int read() throws SetupException {
    var window = Optional.ofNullable(UNITS.get(unit));
    var adoption =
        new LimitAdoption(
            window.orElseThrow(
                () -> wrong("--per: \"" + unit + "\" is not second, minute, hour or day")));
    if (nodes.isEmpty() && configMaps.isEmpty() && nginx.isEmpty()) {
      throw wrong("say what to adopt: --redis with --keys, --configmap, or --nginx");
    }
    try {
      redis(adoption);
    } catch (IOException e) {
      return new CommandFailure(
              ExitCode.UNREACHABLE, e.getMessage() + "; is it running and reachable?")
          .report(around, shared.json());
    }
    for (Path file : configMaps) {
      adoption.configMap(file.toString(), text(file));
    }
    for (Path file : nginx) {
      adoption.limitReq(file.toString(), text(file));
    }
    var adopted = adoption.adopted();
    var imported = adopted.imported();
    return new ImportView(around, Optional.ofNullable(into), shared.json())
        .keep(imported, adopted.writers(), imported.problems().isEmpty());
  }

  private void redis(LimitAdoption adoption) throws IOException {
    if (nodes.isEmpty()) {
      return;
    }
    var pattern =
        Optional.ofNullable(keys)
            .flatMap(RedisKeyPattern::of)
            .orElseThrow(() -> wrong("--keys: needs {tenant} once, as rate_limit:{tenant}"));
    String password = around.environment().getOrDefault(PASSWORD, "");
    for (String node : nodes) {
      node(node, password).into(adoption, pattern);
    }
  }

  private ForeignRedis node(String text, String password) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      return new ForeignRedis(text.substring(0, colon), port, user, password);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw wrong("--redis: \"" + text + "\" is not HOST:PORT");
    }
  }

  private String text(Path file) throws SetupException {
    return BoundedTextFile.needed(
        file, around.working().resolve(file), MOST_BYTES, "a manifest or a configuration");
  }
}
