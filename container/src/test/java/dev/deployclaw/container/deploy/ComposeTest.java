package dev.deployclaw.container.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/**
 * The compose file, held to the words of the Compose Specification that it uses: where no {@code
 * docker compose} is, this is what finds a wrong one.
 */
class ComposeTest {
  private static final Path FILE = Path.of("compose.yaml");
  private static final Path WITH_SOCKET = Path.of("compose.docker.yaml");
  private static final String SECRETS = "/run/secrets/";

  private static final Set<String> TOP =
      Set.of("name", "services", "configs", "secrets", "volumes", "x-confined");

  /** Of a service, as far as we use them. */
  private static final Set<String> WORDS =
      Set.of(
          "build",
          "image",
          "user",
          "read_only",
          "cap_drop",
          "security_opt",
          "restart",
          "network_mode",
          "tmpfs",
          "pids_limit",
          "mem_limit",
          "stop_grace_period",
          "configs",
          "secrets",
          "volumes",
          "depends_on",
          "environment",
          "entrypoint",
          "init",
          "command",
          "ports",
          "group_add");

  private static final Set<String> CONDITIONS =
      Set.of("service_started", "service_healthy", "service_completed_successfully");

  private static final String POD = "pod";

  private static final List<String> IN_POD = List.of("agent", "host", "ratelimit", "gateway");

  private static final List<String> OURS = List.of(POD, "agent", "host", "ratelimit", "gateway");

  @TempDir Path folder;

  @Test
  void saysNothingThatComposeDoesNotKnow() throws IOException {
    assertThat(TOP).containsAll(keys(read(FILE)));
    assertThat(keys(read(WITH_SOCKET))).containsExactly("services");
    for (var file : List.of(FILE, WITH_SOCKET)) {
      for (var service : services(file).values()) {
        assertThat(WORDS).containsAll(keys(service));
      }
    }
  }

  @Test
  void everythingThatServicesReferToIsThere() throws IOException {
    var all = read(FILE);
    var services = services(FILE);
    for (var service : services.values()) {
      assertThat(keys(all.get("secrets"))).containsAll(sources(service.get("secrets")));
      assertThat(keys(all.get("configs"))).containsAll(sources(service.get("configs")));
      assertThat(keys(all.get("volumes"))).containsAll(mounted(service.get("volumes")));
      for (var awaited : map(service.get("depends_on")).entrySet()) {
        assertThat(services).containsKey(String.valueOf(awaited.getKey()));
        assertThat(keys(awaited.getValue())).isSubsetOf("condition", "restart");
        assertThat(CONDITIONS).contains(String.valueOf(map(awaited.getValue()).get("condition")));
      }
      var mode = String.valueOf(service.get("network_mode"));
      if (mode.startsWith("service:")) {
        assertThat(services).containsKey(mode.substring("service:".length()));
        assertThat(service.get("ports")).isNull();
      }
    }
    for (var config : map(all.get("configs")).values()) {
      assertThat(Path.of(String.valueOf(map(config).get("file")))).exists();
    }
  }

  @Test
  void whatIsOursHasNoRightAndNoSocket() throws IOException {
    for (var name : OURS) {
      var service = services(FILE).get(name);
      assertThat(service.get("read_only")).isEqualTo(true);
      assertThat(list(service.get("cap_drop"))).containsExactly("ALL");
      assertThat(list(service.get("security_opt"))).containsExactly("no-new-privileges:true");
      assertThat(service.get("mem_limit")).isNotNull();
    }
    assertThat(Files.readString(FILE)).doesNotContain("docker.sock", " privileged:", "cap_add");
    assertThat(keys(services(WITH_SOCKET).get("host"))).containsOnly("group_add", "volumes");
    assertThat(services(WITH_SOCKET).keySet()).containsExactly("host");
  }

  /** By a shared user or shared processes, the gateway would read what is the agent's alone. */
  @Test
  void eachHasAUserAndProcessesOfItsOwn() throws IOException {
    var services = services(FILE);

    var users = OURS.stream().map(name -> services.get(name).get("user")).toList();
    assertThat(users).doesNotHaveDuplicates().doesNotContain("0:0").doesNotContainNull();
    for (var file : List.of(FILE, WITH_SOCKET)) {
      for (var entry : services(file).entrySet()) {
        assertThat(entry.getValue()).as(entry.getKey()).doesNotContainKeys("pid", "ipc", "uts");
      }
    }
  }

  @Test
  void hostAndGatewayWriteWhereTheOtherOnlyReads() throws IOException {
    var config = Files.readString(Path.of("compose/deployclaw.yaml"));

    assertThat(mounts("host")).contains("gateway:/srv/gateway", "watcher:/run/gateway:ro");
    assertThat(mounts("gateway"))
        .containsExactly(
            "gateway:/srv/gateway:ro", "watcher:/run/gateway", "decisions:/run/ratelimit:ro");
    assertThat(config).contains("watcher: /run/gateway", "pidFile: /run/nginx/nginx.pid");
    for (var name : List.of("host", "gateway")) {
      var service = services(FILE).get(name);
      String user = String.valueOf(service.get("user")).replaceFirst(":.*", "");
      assertThat(list(service.get("tmpfs")))
          .as(name)
          .singleElement()
          .asString()
          .startsWith("/run/nginx:uid=%s,gid=%s,mode=0700,".formatted(user, user));
    }
  }

  /** The agent has its own log and the way to its executor host, and nothing of a back end's. */
  @Test
  void theAgentMountsNothingOfABackEnd() throws IOException {
    var services = services(FILE);
    String group = String.valueOf(services.get("host").get("user")).replaceFirst(".*:", "");

    assertThat(mounts("agent"))
        .containsExactly("state:/var/lib/deployclaw", "socket:/run/deployclaw:ro");
    assertThat(services.get("agent")).doesNotContainKey("tmpfs");
    assertThat(list(services.get("agent").get("group_add"))).containsExactly(group);
    assertThat(mounts("host")).contains("work:/var/lib/deployclaw", "socket:/run/deployclaw");
    for (var entry : services.entrySet()) {
      boolean reaches = entry.getValue().toString().contains("socket:/run/deployclaw");
      assertThat(reaches)
          .as(entry.getKey())
          .isEqualTo(List.of("agent", "host", "folder").contains(entry.getKey()));
    }
  }

  /** On the port of the shared network any process beside it could ask for any tenant. */
  @Test
  void onlyTheGatewayAsksTheRateLimitServiceAndOnlyTheHostLooks() throws IOException {
    var service = services(FILE).get("ratelimit");
    var environment = map(service.get("environment"));
    var config = Files.readString(Path.of("compose/deployclaw.yaml"));
    String group =
        String.valueOf(services(FILE).get("gateway").get("user")).replaceFirst(".*:", "");

    assertThat(config).contains("service: unix:" + environment.get("DC_RATELIMIT_SOCKET"));
    assertThat(environment.get("DC_RATELIMIT_SOCKET_GROUP")).isEqualTo(group);
    assertThat(list(service.get("group_add"))).containsExactly(group);
    assertThat(mounts("ratelimit")).containsExactly("decisions:/run/ratelimit");
    for (var name : List.of("agent", "host")) {
      assertThat(mounts(name)).noneMatch(m -> m.startsWith("decisions:"));
    }
    assertThat(environment.get("DC_RATELIMIT_STATUS_TOKEN_FILE"))
        .isEqualTo(SECRETS + "status-ratelimit");
    assertThat(config).contains("tokenFile: " + SECRETS + "status-agent");
  }

  /** Else what is in it would lose its network when one of them ends. */
  @Test
  void whatThePodSharesBelongsToNoneOfThoseInIt() throws IOException {
    var services = services(FILE);
    var pod = services.get(POD);
    assertThat(list(pod.get("entrypoint"))).containsExactly("sleep", "infinity");
    assertThat(pod.get("init")).isEqualTo(true);
    assertThat(pod).doesNotContainKeys("network_mode", "pid", "depends_on", "volumes", "secrets");
    for (var name : IN_POD) {
      var service = services.get(name);
      assertThat(service.get("network_mode")).as(name).isEqualTo("service:" + POD);
      var awaited = map(map(service.get("depends_on")).get(POD));
      assertThat(awaited.get("restart")).as(name).isEqualTo(true);
    }
    assertThat(services.values()).filteredOn(s -> s.containsKey("ports")).containsExactly(pod);
    var config = Files.readString(Path.of("compose/deployclaw.yaml"));
    assertThat(list(pod.get("ports")))
        .hasSize(2)
        .allSatisfy(p -> assertThat(config).contains("0.0.0.0:" + p.replaceFirst(".*:", "")));
  }

  /** NGINX ends at once where it finds no address for a name. */
  @Test
  void theGatewayAwaitsWhatItsFileNames() throws IOException {
    var named =
        Pattern.compile("proxy_pass http://([a-z]+):")
            .matcher(Files.readString(Path.of("compose/gateway.conf")))
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(named).isNotEmpty();
    assertThat(keys(services(FILE).get("gateway").get("depends_on"))).containsAll(named);
  }

  @Test
  void dockerfilesTargetsAreThere() throws IOException {
    var dockerfile = Files.readString(Path.of("Dockerfile"));
    for (var name : List.of("agent", "host", "ratelimit")) {
      var build = map(services(FILE).get(name).get("build"));
      assertThat(build.get("dockerfile")).isEqualTo("container/Dockerfile");
      assertThat(dockerfile).contains("AS " + build.get("target") + "\n");
      map(build.get("args"))
          .keySet()
          .forEach(argument -> assertThat(dockerfile).contains("ARG " + argument + "="));
    }
  }

  @Test
  void theConfigurationFitsTheServices() throws Exception {
    var config = configuration(ConfigRole.AGENT, "agent");
    var hosts = configuration(ConfigRole.HOST, "host");

    var gateway = config.gateways().getFirst();
    assertThat(mounts("host")).contains("gateway:" + gateway.folder());
    assertThat(mounts("gateway")).contains("gateway:" + gateway.folder() + ":ro");
    assertThat(mounts("agent")).contains("state:" + config.stateDir());
    assertThat(mounts("host")).contains("work:" + config.stateDir());
    for (var file : List.of(config.host().socket(), config.host().keyFile())) {
      assertThat(file.orElseThrow().getParent()).hasToString("/run/deployclaw");
    }
    assertThat(config.etcd().username()).isEqualTo("deployclaw-agent");
    assertThat(hosts.etcd().username()).isEqualTo("deployclaw-host");
    assertThat(gateway.watcher()).contains(Path.of("/run/gateway"));
    assertThat(Files.readString(Path.of("compose/gateway.sh")))
        .contains("folder=${GATEWAY_FOLDER:-" + gateway.folder() + "}")
        .contains("reports=${GATEWAY_REPORTS:-" + gateway.watcher().orElseThrow() + "}");
    var acme = PolicyDocumentReader.parse("acme", Files.readString(Path.of("compose/acme.yaml")));
    assertThat(acme.problems()).isEmpty();
  }

  /** Each part's own is enough for it, and the other's is nowhere in what it mounts. */
  @Test
  void agentAndHostHaveSecretsOfTheirOwn() throws IOException {
    var text = Files.readString(Path.of("compose/deployclaw.yaml"));
    var named =
        Pattern.compile(SECRETS + "([a-z0-9-]+)")
            .matcher(text)
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    named.addAll(List.of("probe.key", "probe.pub"));
    var agents = sources(services(FILE).get("agent").get("secrets"));
    var hosts = sources(services(FILE).get("host").get("secrets"));

    assertThat(agents).doesNotContainAnyElementsOf(hosts);
    assertThat(Stream.concat(agents.stream(), hosts.stream()))
        .containsExactlyInAnyOrderElementsOf(named);
    assertThat(hosts).contains("probe.key").doesNotContain("probe.pub");
    for (var entry : Map.of("agent", "probe.pub", "host", "probe.key").entrySet()) {
      assertThat(String.valueOf(services(FILE).get(entry.getKey()).get("secrets")))
          .contains("target=/var/lib/deployclaw/" + entry.getValue());
    }
  }

  /** As one of the containers reads it, with the secrets that are mounted there and no other. */
  private AgentConfig configuration(ConfigRole role, String service) throws Exception {
    for (var name : sources(services(FILE).get(service).get("secrets"))) {
      Files.writeString(folder.resolve(name), "secret");
    }
    var file = folder.resolve("deployclaw.yaml");
    var text = Files.readString(Path.of("compose/deployclaw.yaml"));
    Files.writeString(file, text.replace(SECRETS, folder + "/"));
    var config = ConfigReader.read(file, Map.of(), role);
    for (var name : sources(services(FILE).get(service).get("secrets"))) {
      Files.delete(folder.resolve(name));
    }
    return config;
  }

  private static List<String> mounts(String service) throws IOException {
    return list(services(FILE).get(service).get("volumes"));
  }

  /** With the anchors' merge keys taken in: what a service says itself wins. */
  private static Map<String, Map<Object, Object>> services(Path file) throws IOException {
    var out = new TreeMap<String, Map<Object, Object>>();
    map(read(file).get("services"))
        .forEach((name, service) -> {
          var whole = new HashMap<Object, Object>(map(map(service).get("<<")));
          whole.putAll(map(service));
          whole.remove("<<");
          out.put(String.valueOf(name), whole);
        });
    return out;
  }

  private static Map<?, ?> read(Path file) throws IOException {
    var settings = LoadSettings.builder().setSchema(new JsonSchema()).build();
    return map(new Load(settings).loadFromString(Files.readString(file)));
  }

  /** Of configs and secrets, by name alone or with a target. */
  private static List<String> sources(Object all) {
    var out = new ArrayList<String>();
    for (var one : all == null ? List.of() : (List<?>) all) {
      out.add(String.valueOf(one instanceof Map<?, ?> mapped ? mapped.get("source") : one));
    }
    return out;
  }

  private static List<String> mounted(Object volumes) {
    return list(volumes).stream().map(v -> v.replaceFirst(":.*", "")).toList();
  }

  private static Set<String> keys(Object map) {
    var out = new TreeSet<String>();
    map(map).keySet().forEach(key -> out.add(String.valueOf(key)));
    return out;
  }

  private static Map<?, ?> map(Object value) {
    return value == null ? Map.of() : (Map<?, ?>) value;
  }

  private static List<String> list(Object value) {
    return value == null ? List.of() : ((List<?>) value).stream().map(String::valueOf).toList();
  }
}
