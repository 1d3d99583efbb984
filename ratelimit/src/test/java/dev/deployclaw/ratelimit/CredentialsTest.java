package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.ServerLogin;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.ratelimit.feed.EtcdSourceSettings;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.redis.RedisAddress;
import dev.deployclaw.ratelimit.redis.RedisClusterSettings;
import dev.deployclaw.ratelimit.redis.RespCommand;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.redis.AclProtectedRedis;
import dev.deployclaw.testkit.server.EtcdAuthSetup;
import dev.deployclaw.testkit.server.EtcdAuthSetup.Right;
import dev.deployclaw.testkit.server.EtcdServer;
import dev.deployclaw.testkit.server.TestCertificate;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;

/** The service at a Redis and an etcd that let nobody in without a user. */
class CredentialsTest {
  private static final String PREFIX = "/deployclaw/default/";
  private static final String WORD = "a long word";
  private static final Optional<ServerLogin> SERVICE =
      Optional.of(new ServerLogin("deployclaw-ratelimit", WORD));
  private static final Optional<ServerLogin> READER = Optional.of(new ServerLogin("reader", WORD));
  @TempDir private static Path folder;
  private static AclProtectedRedis redis;
  private static EtcdServer etcd;
  private static EtcdSourceSettings.Tls tls;
  private static Vertx vertx;
  private static Context loop;

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    loop = vertx.getOrCreateContext();
    String users = Files.readString(Path.of("..", "container", "redis", "users.acl"));
    redis =
        AclProtectedRedis.start(
            folder.resolve("redis"), users, Map.of("AGENT", "another", "RATELIMIT", WORD));
    var server = TestCertificate.make(folder.resolve("server"), "CN=localhost");
    etcd = EtcdServer.startEncrypted(folder.resolve("etcd"), server);
    tls = new EtcdSourceSettings.Tls(Optional.of(server.certificate()), Optional.empty());
    try (var http = server.clientWithoutCertificate()) {
      new EtcdAuthSetup(etcd, http).add("reader", WORD, Right.READ, PREFIX).enable("root");
    }
  }

  @AfterAll
  static void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
    etcd.close();
    redis.close();
  }

  @Test
  void aUserThatMayOnlyReadIsEnoughForEtcd() throws Exception {
    try (var feed = PolicyFeed.start(source(READER, tls))) {
      BoundedWait.until(
          "etcd was read", Estate.LONG, () -> feed.ready() && feed.trouble().isEmpty());

      feed.refreshed().get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void saysWhyEtcdCantBeRead() throws Exception {
    var wrong = Optional.of(new ServerLogin("reader", "no"));
    assertThat(trouble(source(Optional.empty(), tls))).contains("--etcd-user");
    assertThat(trouble(source(wrong, tls)))
        .contains("check --etcd-user and --etcd-password-file")
        .doesNotContain(WORD);
    assertThat(trouble(source(READER, EtcdSourceSettings.Tls.JDK))).contains("--etcd-ca-file");
    var elsewhere = new EtcdSourceSettings(List.of(etcd.endpoint()), "/other/", READER, tls);
    assertThat(trouble(elsewhere)).contains("grant-permission ROLE read ");
  }

  @Test
  void theServicesUserCanDecideAndNothingElse() throws Exception {
    var login =
        DefaultJedisClientConfig.builder().user("deployclaw-agent").password("another").build();
    var at = redis.address();
    try (var agent = new Jedis(at.host(), at.port(), login)) {
      agent.functionLoadReplace(FunctionLibrary.source(1, 1, "d".repeat(64), 0));
    }

    var status = status(SERVICE);

    assertThat(status.redis()).isEqualTo(ServiceStatus.OK);
    assertThat(status.decided().orElseThrow().epoch()).isEqualTo(1);
    String script = "return redis.call('SET', KEYS[1], 'x', 'PX', '10')";
    assertThat(said("EVAL", script, "1", "dc:{acme}:c:acme:x:")).contains("OK");
    assertThat(said("SET", "dc:fence:{0}", "9 9")).contains("NOPERM");
    assertThat(said("FUNCTION", "DELETE", FunctionLibrary.NAME)).contains("NOPERM");
    assertThat(said("SET", "somebody-elses", "x")).contains("NOPERM");
  }

  @Test
  void theServicesUserMayHoldPlacesAndGiveThemBack() throws Exception {
    var login =
        DefaultJedisClientConfig.builder().user("deployclaw-agent").password("another").build();
    var at = redis.address();
    try (var agent = new Jedis(at.host(), at.port(), login)) {
      agent.functionLoadReplace(FunctionLibrary.source(1, 1, "d".repeat(64), 0));
    }
    var held =
        new EpochPolicySet(1, "d".repeat(64), Sets.of(Sets.tenant("busy", Sets.atOnce("all", 2))));
    var subject = RateLimitedRequest.ordinary("busy", new RequestShape("web", "/", "GET"), _ -> "");
    var claim = RequestCharges.of(held, subject);
    var first = new DecideCall(List.of(claim), 1, OptionalLong.empty(), "01");
    var second = new DecideCall(List.of(claim), 2, OptionalLong.empty(), "02");

    assertThat(said(FunctionLibrary.DECIDE, first.withRules())).startsWith("Items");
    assertThat(said(FunctionLibrary.DECIDE, second.withRules())).startsWith("Items");
    for (String lease : List.of("01", "02")) {
      var place = ReleaseCall.of(claim, lease, 0).orElseThrow();
      assertThat(said(FunctionLibrary.RELEASE, place.encoded())).contains("1");
    }
  }

  private static String said(String function, DecideCall.Encoded call) throws Exception {
    var words = new ArrayList<>(List.of("FCALL", function, "" + call.keys().size()));
    words.addAll(call.keys());
    words.addAll(call.arguments());
    return said(words.toArray(String[]::new));
  }

  @Test
  void saysWhyRedisCantBeAsked() throws Exception {
    var wrong = Optional.of(new ServerLogin("deployclaw-ratelimit", "no"));

    assertThat(status(Optional.empty()).redis())
        .contains("NOAUTH Authentication required: it requires a user: give --redis-user");
    assertThat(status(wrong).redis())
        .contains("WRONGPASS", "check --redis-user and --redis-password-file")
        .doesNotContain(WORD);
  }

  private static String said(String... words) throws Exception {
    return asked(SERVICE, shards -> shards.call(0, RespCommand.of(List.of(words)))).toString();
  }

  private static ServiceStatus status(Optional<ServerLogin> login) throws Exception {
    try (var feed = PolicyFeed.start(source(READER, tls))) {
      return asked(
          login, shards -> StatusReport.view(feed, shards).map(v -> StatusReport.of(List.of(v))));
    }
  }

  /** Links belong to one event loop. */
  private static <T> T asked(Optional<ServerLogin> login, Function<ShardRouter, Future<T>> question)
      throws Exception {
    var answer = new CompletableFuture<T>();
    loop.runOnContext(_ -> {
      var shards = ShardRouter.open(vertx, cluster(login));
      question
          .apply(shards)
          .onComplete(_ -> shards.close())
          .onSuccess(answer::complete)
          .onFailure(answer::completeExceptionally);
    });
    return answer.get(1, TimeUnit.MINUTES);
  }

  private static String trouble(EtcdSourceSettings source) {
    try (var feed = PolicyFeed.start(source)) {
      BoundedWait.until("it is said", Estate.LONG, () -> !feed.trouble().isEmpty());
      return feed.trouble();
    }
  }

  private static EtcdSourceSettings source(
      Optional<ServerLogin> login, EtcdSourceSettings.Tls trust) {
    return new EtcdSourceSettings(List.of(etcd.endpoint()), PREFIX, login, trust);
  }

  private static RedisClusterSettings cluster(Optional<ServerLogin> login) {
    var at = redis.address();
    return new RedisClusterSettings(
        List.of(new RedisAddress(at.host(), at.port())),
        Duration.ofSeconds(2),
        login,
        Optional.empty());
  }
}
