package dev.deployclaw.policy.gateway;

import static dev.deployclaw.policy.PolicyFixtures.keyed;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.pgv.validate.Validate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The rendered bootstrap, read by the published protos: unknown fields and bad values are errors.
 */
class EnvoyBootstrapFileTest {
  private static final TypeRegistry TYPES =
      TypeRegistry.newBuilder()
          .add(HttpConnectionManager.getDescriptor())
          .add(HeaderMutation.getDescriptor())
          .add(LocalRateLimit.getDescriptor())
          .add(RateLimit.getDescriptor())
          .add(Router.getDescriptor())
          .add(FilterConfig.getDescriptor())
          .add(HttpProtocolOptions.getDescriptor())
          .build();
  private static final EdgePolicy GUARDED =
      new EdgePolicy(List.of("10.0.0.0/8"), OptionalInt.of(50), PathStrictness.STRICT);
  private static final Gateway BY_HOST = gateway(new Gateway.Identity.Host("example.test"));
  private static final Gateway BY_HEADER = gateway(new Gateway.Identity.Header("x-tenant"));
  private static final Gateway BY_TOKEN =
      gateway(
          new Gateway.Identity.Claim(
              "tenant", "https://login.example.test", "api", InvalidTokenAction.REFUSE));

  @Test
  void isWhatThePublishedProtosSay() throws Exception {
    for (var gateway : List.of(BY_HOST, BY_HEADER, BY_TOKEN)) {
      for (var edge : List.of(EdgePolicy.NONE, GUARDED)) {
        var bootstrap = bootstrap(EnvoyBootstrapFile.render(set(gateway), gateway, site(edge)));

        assertThat(broken(bootstrap)).isEmpty();
      }
    }
  }

  @Test
  void theCheckFindsWhatIsBroken() throws Exception {
    String text = EnvoyBootstrapFile.render(set(BY_HOST), BY_HOST, site(GUARDED)).text();

    assertThatThrownBy(() -> read(text.replace("stat_prefix", "stat_prefixes")))
        .isInstanceOf(InvalidProtocolBufferException.class);
    assertThat(broken(read(text.replace("\"stat_prefix\":\"gw-1\"", "\"stat_prefix\":\"\""))))
        .isNotEmpty();
    assertThat(broken(read(text.replace("\"max_tokens\":50", "\"max_tokens\":0")))).isNotEmpty();
  }

  @Test
  void asksAboutEveryRequestAndLeavesOutOnlyWhatMayBeAbsent() throws Exception {
    var connections = connections(set(BY_HEADER), BY_HEADER, EdgePolicy.NONE);

    var actions = connections.getRouteConfig().getVirtualHosts(0).getRateLimits(0).getActionsList();
    var keys = actions.stream().filter(a -> a.hasRequestHeaders()).toList();
    assertThat(keys)
        .extracting(a -> a.getRequestHeaders().getDescriptorKey())
        .containsExactly(
            "dc_host", "dc_method", "dc_uri", "dc_token", "dc_header.x-plan", "dc_header.x-tenant");
    assertThat(keys)
        .filteredOn(a -> a.getRequestHeaders().getSkipIfAbsent())
        .extracting(a -> a.getRequestHeaders().getHeaderName())
        .containsExactly("dc-probe", "x-plan", "x-tenant");
    assertThat(actions).allMatch(a -> a.hasRemoteAddress() || EnvoyDescriptor.knows(key(a)));
  }

  @Test
  void passesTheTokenThatNamesTheTenant() throws Exception {
    var rendered = EnvoyBootstrapFile.render(set(BY_TOKEN), BY_TOKEN, site(GUARDED));
    var connections = connections(set(BY_TOKEN), BY_TOKEN, GUARDED);

    var actions = connections.getRouteConfig().getVirtualHosts(0).getRateLimits(0).getActionsList();
    assertThat(actions)
        .filteredOn(a -> key(a).equals("dc_header.authorization"))
        .singleElement()
        .satisfies(a -> assertThat(a.getRequestHeaders().getSkipIfAbsent()).isTrue());
    var local = filter(connections, LocalRateLimit.class);
    assertThat(local.getRateLimits(0).getActions(0).hasRemoteAddress()).isTrue();
    assertThat(local.getDescriptors(0).getEntries(0).getKey()).isEqualTo("remote_address");
    assertThat(rendered.losses())
        .filteredOn(l -> l.about().equals("identity"))
        .extracting(UnsupportedSetting::reason)
        .singleElement()
        .asString()
        .contains("429");
  }

  @Test
  void closesWithoutTheServiceUnlessAllSayOtherwise() throws Exception {
    var filter = filter(connections(set(BY_HOST), BY_HOST, EdgePolicy.NONE), RateLimit.class);
    var open = PolicySet.of(List.of(tenant("acme")), List.of(BY_HOST), "");

    assertThat(filter.getFailureModeDeny()).isTrue();
    assertThat(filter.getDomain()).isEqualTo("gw-1");
    assertThat(filter.getStatusOnError().getCodeValue()).isEqualTo(503);
    assertThat(
            filter(connections(open, BY_HOST, EdgePolicy.NONE), RateLimit.class)
                .getFailureModeDeny())
        .isFalse();
  }

  @Test
  void takesAwayWhatAClientCanNotSay() throws Exception {
    var connections = connections(set(BY_HEADER), BY_HEADER, GUARDED);

    assertThat(filter(connections, HeaderMutation.class).getMutations().getRequestMutationsList())
        .extracting(m -> m.getRemove())
        .contains("x-dc-tenant", "x-dc-client", "x-dc-probe", "x-original-url");
    assertThat(connections.getHttpFilters(0).getName()).endsWith("header_mutation");
    assertThat(connections.getRouteConfig().getInternalOnlyHeadersList())
        .containsExactly("x-tenant");
    assertThat(connections.getInternalAddressConfig().getCidrRanges(0).getAddressPrefix())
        .isEqualTo("10.0.0.0");
    assertThat(connections.getUseRemoteAddress().getValue()).isTrue();
  }

  @Test
  void theHostThatIsJudgedIsTheOnlyOne() throws Exception {
    var byHost = connections(set(BY_HOST), BY_HOST, EdgePolicy.NONE);
    var byHeader = connections(set(BY_HEADER), BY_HEADER, EdgePolicy.NONE);

    assertThat(filter(byHost, HeaderMutation.class).getMutations().getRequestMutationsList())
        .extracting(m -> m.getRemove())
        .contains("x-forwarded-host", "forwarded");
    assertThat(filter(byHeader, HeaderMutation.class).getMutations().getRequestMutationsList())
        .extracting(m -> m.getRemove())
        .doesNotContain("x-forwarded-host", "forwarded");
  }

  /** {@code X_DC_Tenant} is {@code X-DC-Tenant} to upstreams that make variables of headers. */
  @Test
  void headersWithUnderscoresAreDropped() throws Exception {
    var options =
        connections(set(BY_HOST), BY_HOST, EdgePolicy.NONE).getCommonHttpProtocolOptions();

    assertThat(options.getHeadersWithUnderscoresAction())
        .isEqualTo(HeadersWithUnderscoresAction.DROP_HEADER);
  }

  @Test
  void theBackstopIsOnAndForEachTenant() throws Exception {
    var local = filter(connections(set(BY_HOST), BY_HOST, GUARDED), LocalRateLimit.class);

    assertThat(local.getFilterEnabled().getDefaultValue().getNumerator()).isEqualTo(100);
    assertThat(local.getFilterEnforced().getDefaultValue().getNumerator()).isEqualTo(100);
    assertThat(local.getDescriptors(0).getEntries(0).getKey()).isEqualTo("dc_host");
    assertThat(local.getDescriptors(0).getTokenBucket().getMaxTokens()).isEqualTo(50);
  }

  @Test
  void routesTheLongestPrefixFirst() throws Exception {
    var routes =
        connections(set(BY_HOST), BY_HOST, EdgePolicy.NONE)
            .getRouteConfig()
            .getVirtualHosts(0)
            .getRoutesList();

    assertThat(routes)
        .extracting(r -> r.getMatch().getPathSeparatedPrefix())
        .endsWith("", "/search/export", "/search", "")
        .filteredOn(p -> !p.isEmpty())
        .hasSize(2);
    assertThat(routes.getLast().getMatch().getPrefix()).isEqualTo("/");
  }

  @Test
  void saysWhatItCanNotExpressAndWhoItIs() {
    var rendered = EnvoyBootstrapFile.render(set(BY_HEADER), BY_HEADER, site(EdgePolicy.NONE));

    assertThat(rendered.losses())
        .extracting(UnsupportedSetting::about)
        .contains("identity", "backstop", "probes", "access log");
    assertThat(rendered.text()).contains("\\\"config\\\":\\\"" + rendered.config() + "\\\"");
  }

  private static HttpConnectionManager connections(PolicySet set, Gateway gateway, EdgePolicy edge)
      throws InvalidProtocolBufferException {
    var bootstrap = bootstrap(EnvoyBootstrapFile.render(set, gateway, site(edge)));
    return bootstrap
        .getStaticResources()
        .getListeners(0)
        .getFilterChains(0)
        .getFilters(0)
        .getTypedConfig()
        .unpack(HttpConnectionManager.class);
  }

  private static <T extends Message> T filter(HttpConnectionManager connections, Class<T> type)
      throws InvalidProtocolBufferException {
    for (var filter : connections.getHttpFiltersList()) {
      if (filter.getTypedConfig().is(type)) {
        return filter.getTypedConfig().unpack(type);
      }
    }
    throw new AssertionError("no filter " + type);
  }

  private static String key(io.envoyproxy.envoy.config.route.v3.RateLimit.Action action) {
    return action.getRequestHeaders().getDescriptorKey();
  }

  private static Bootstrap bootstrap(RenderedGatewayFile rendered)
      throws InvalidProtocolBufferException {
    return read(rendered.text());
  }

  private static Bootstrap read(String json) throws InvalidProtocolBufferException {
    var builder = Bootstrap.newBuilder();
    JsonFormat.parser().usingTypeRegistry(TYPES).merge(json, builder);
    return builder.build();
  }

  /** What breaks the protos' own rules, of those that these messages use. */
  private static List<String> broken(Message message) throws InvalidProtocolBufferException {
    List<String> out = new ArrayList<>();
    var any = message.getDescriptorForType();
    if (any.equals(Any.getDescriptor())) {
      var type = TYPES.getDescriptorForTypeUrl((String) message.getField(any.getFields().get(0)));
      var bytes = (ByteString) message.getField(any.getFields().get(1));
      return broken(DynamicMessage.parseFrom(type, bytes));
    }
    for (var oneof : message.getDescriptorForType().getOneofs()) {
      boolean required = oneof.getOptions().getExtension(Validate.required);
      if (required && !message.hasOneof(oneof)) {
        out.add(oneof.getFullName() + " needs one of its fields");
      }
    }
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      var rules = field.getOptions().getExtension(Validate.rules);
      var value = message.getField(field);
      boolean set =
          field.isRepeated()
              ? !((List<?>) value).isEmpty()
              : !field.hasPresence() || message.hasField(field);
      if (set || !field.hasPresence()) {
        check(field, rules, value, out);
      }
      boolean alone = field.getContainingOneof() == null;
      if (alone && rules.getMessage().getRequired() && !message.hasField(field)) {
        out.add(field.getFullName() + " is required");
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
        for (Object one : field.isRepeated() ? (List<?>) value : set ? List.of(value) : List.of()) {
          out.addAll(broken((Message) one));
        }
      }
    }
    return out;
  }

  private static void check(
      FieldDescriptor field, Validate.FieldRules rules, Object value, List<String> out) {
    if (rules.hasString() && value instanceof String text) {
      boolean tooShort =
          rules.getString().hasMinLen() && text.length() < rules.getString().getMinLen();
      if (tooShort) {
        out.add(field.getFullName() + " is too short");
      }
    }
    if (rules.hasUint32() && value instanceof Integer number) {
      if ((rules.getUint32().hasGt() && number <= rules.getUint32().getGt())
          || (rules.getUint32().hasLte() && number > rules.getUint32().getLte())) {
        out.add(field.getFullName() + " is out of range");
      }
    }
    if (rules.hasRepeated() && value instanceof List<?> list) {
      if (list.size() < rules.getRepeated().getMinItems()) {
        out.add(field.getFullName() + " has too few items");
      }
    }
    if (rules.hasEnum() && value instanceof EnumValueDescriptor e) {
      if (rules.getEnum().getNotInList().contains(e.getNumber())) {
        out.add(field.getFullName() + " has a value that isn't allowed");
      }
    }
  }

  private static PolicySet set(Gateway gateway) {
    var plan = keyed(limit("plan", RequestMatch.ANY, 10, 60), new CounterKeyPart.Header("x-plan"));
    var closing = tenant("acme", plan);
    return PolicySet.of(
        List.of(
            new TenantPolicy(
                closing.tenant(),
                closing.labels(),
                closing.parent(),
                false,
                BackendFailureMode.DENY,
                closing.limits())),
        List.of(gateway),
        "");
  }

  private static GatewaySite site(EdgePolicy edge) {
    var upstreams =
        new TreeMap<>(Map.of("search", "10.0.3.1:80", "export", "10.0.3.2:80", "web", "web:80"));
    return new GatewaySite(
        "0.0.0.0:8000",
        "127.0.0.1:8081",
        upstreams,
        Path.of("/run/pid"),
        Path.of("/log/access.log"),
        true,
        Duration.ofSeconds(5),
        List.of(),
        edge);
  }

  private static Gateway gateway(Gateway.Identity identity) {
    return new Gateway(
        "gw-1",
        "shop",
        identity,
        List.of(
            new Gateway.Route("/", "web"),
            new Gateway.Route("/search", "search"),
            new Gateway.Route("/search/export", "export")));
  }
}
