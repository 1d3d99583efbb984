package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.testkit.redis.AclProtectedRedis;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What somebody could do to Redis with the password of one of {@code container/redis/users.acl}.
 */
class RedisRightsTest {
  private static final String WORD = "a long word";
  private static final String RULES = RedisKeyLayout.policyKey("acme", "acme");
  private static final String COUNTER = "dc:{acme}:c:acme:all:";
  private static final String TRIAL = "dc:{acme}:probe:run-1:acme:all:";
  private static final Constants ACTIVE =
      new Constants(1, 1, "d".repeat(64), 0, 0, Optional.empty());
  private static final EpochPolicySet HELD =
      new EpochPolicySet(1, "d".repeat(64), Sets.of(Sets.tenant("acme", Sets.burst("all", 3))));

  /** The shapes of arguments behind a key that writing commands of Redis have. */
  private static final List<List<String>> FURTHER =
      List.of(
          List.of(),
          List.of("1"),
          List.of("1:#", "x"),
          List.of("1", "1", "x"),
          List.of("FIELDS", "1", "1:#"),
          List.of("1", "FIELDS", "1", "1:#"),
          List.of("dc:{acme}:c:other"),
          List.of("0", "x", "REPLACE"));

  @TempDir private static Path folder;
  private static AclProtectedRedis redis;
  private static Jedis operator;
  private static Jedis agent;
  private static Jedis service;

  @BeforeAll
  static void start() throws Exception {
    String users =
        Files.readString(Path.of("..", "container", "redis", "users.acl"))
            + "user operator on #OPERATOR_SHA256 ~* &* +@all\n";
    redis =
        AclProtectedRedis.start(
            folder, users, Map.of("AGENT", WORD, "RATELIMIT", WORD, "OPERATOR", WORD));
    operator = as("operator");
    agent = as("deployclaw-agent");
    service = as("deployclaw-ratelimit");
  }

  @AfterAll
  static void stop() {
    List.of(operator, agent, service).forEach(Jedis::close);
    redis.close();
  }

  @BeforeEach
  void stage() {
    operator.flushAll();
    agent.functionLoadReplace(FunctionLibrary.source(ACTIVE));
    var staged = new StagedRules(HELD.set(), 1, HELD.digest());
    staged.hashes().forEach(hash -> agent.hset(hash.key(), hash.fields()));
  }

  @Test
  void noCommandOfTheServicesUserChangesRules() {
    byte[] before = operator.dump(RULES);
    var tried = writing();

    for (String command : tried) {
      for (var more : FURTHER) {
        var words = new ArrayList<>(List.of(command, RULES));
        words.addAll(more);
        attempt(service, words);
        attempt(service, scripted(words));
      }
    }

    assertThat(before).isNotEmpty();
    assertThat(tried).contains("set", "del", "hset", "hdel", "rename", "restore", "zadd", "expire");
    assertThat(operator.dump(RULES)).isEqualTo(before);
    assertThat(operator.pttl(RULES)).isEqualTo(-1);
  }

  @Test
  void theFunctionsOfTheServicesUserChangeNoRules() {
    byte[] before = operator.dump(RULES);
    var call = call(1);
    var swapped = new ArrayList<>(call.keys());
    swapped.replaceAll(key -> key.contains(":c:") ? RULES : key);

    attempt(service, words("FCALL", FunctionLibrary.DECIDE, swapped, call.arguments()));
    attempt(service, words("FCALL", FunctionLibrary.RELEASE, List.of(RULES), List.of("1", "x")));
    attempt(service, words("EVAL", FunctionLibrary.script(ACTIVE), swapped, call.arguments()));

    assertThat(swapped).isNotEqualTo(call.keys());
    assertThat(operator.dump(RULES)).isEqualTo(before);
  }

  @Test
  void theServicesUserDecidesByFunctionAndByScript() {
    var call = call(1);

    var byFunction = words("FCALL", FunctionLibrary.DECIDE, call.keys(), call.arguments());
    var byScript = words("EVAL", FunctionLibrary.script(ACTIVE), call.keys(), call.arguments());

    assertThat(said(service, byFunction)).isInstanceOf(List.class);
    assertThat(said(service, byScript)).isInstanceOf(List.class);
    assertThat(operator.exists(COUNTER)).isTrue();
    assertThat(said(service, List.of("SET", TRIAL, "x"))).isNotNull();
  }

  @Test
  void theServicesUserReadsAndWritesNothingElse() {
    operator.set("dc:fence:{0}", "9 9");
    operator.set("somebody-elses", "x");

    for (var words :
        List.of(
            List.of("GET", "dc:fence:{0}"),
            List.of("SET", "dc:fence:{0}", "1 1"),
            List.of("GET", "somebody-elses"),
            List.of("SET", "dc:{acme}:policy", "x"),
            List.of("FUNCTION", "DELETE", FunctionLibrary.NAME),
            List.of("FUNCTION", "LOAD", "REPLACE", FunctionLibrary.source(ACTIVE)),
            List.of("FLUSHALL"),
            List.of("CONFIG", "SET", "maxmemory", "1"),
            List.of("ACL", "LIST"),
            List.of("SCAN", "0"),
            List.of("KEYS", "*"),
            List.of("PUBLISH", "x", "y"))) {
      assertThatThrownBy(() -> said(service, words))
          .as(words.toString())
          .isInstanceOf(JedisDataException.class)
          .hasMessageStartingWith("NOPERM");
    }
  }

  @Test
  void theAgentsUserStaysWithItsKeysAndAdministratesNothing() {
    operator.set("somebody-elses", "x");

    for (var words :
        List.of(
            List.of("GET", "somebody-elses"),
            List.of("SET", "somebody-elses", "y"),
            List.of("DEL", "rate_limit:x"),
            List.of("EVAL", "return redis.call('SET', 'dc:x', '1')", "0"),
            List.of("FCALL", FunctionLibrary.STATUS, "0"),
            List.of("FUNCTION", "DELETE", FunctionLibrary.NAME),
            List.of("FUNCTION", "FLUSH"),
            List.of("FLUSHALL"),
            List.of("CONFIG", "SET", "maxmemory", "1"),
            List.of("ACL", "SETUSER", "deployclaw-agent", "+@all"),
            List.of("SHUTDOWN", "NOSAVE"),
            List.of("REPLICAOF", "NO", "ONE"),
            List.of("CLUSTER", "RESET"),
            List.of("MIGRATE", "127.0.0.1", "1", "dc:x", "0", "1"),
            List.of("MONITOR"),
            List.of("KEYS", "*"))) {
      assertThatThrownBy(() -> said(agent, words))
          .as(words.toString())
          .isInstanceOf(JedisDataException.class)
          .hasMessageStartingWith("NOPERM");
    }
  }

  @Test
  void aStrangerGetsInNowhere() {
    try (var stranger = new Jedis(redis.address().host(), redis.address().port())) {
      assertThatThrownBy(stranger::ping).hasMessageStartingWith("NOAUTH");
    }
  }

  /** All that this Redis has. */
  private static List<String> writing() {
    var named = said(operator, List.of("COMMAND", "LIST", "FILTERBY", "ACLCAT", "write"));
    return ((List<?>) named)
        .stream().map(name -> new String((byte[]) name, StandardCharsets.UTF_8)).toList();
  }

  private static List<String> scripted(List<String> words) {
    var out = new ArrayList<>(List.of("EVAL", "return redis.call(unpack(ARGV))", "1", RULES));
    out.addAll(words);
    return out;
  }

  private static DecideCall.Encoded call(long requests) {
    var subject = RateLimitedRequest.ordinary("acme", new RequestShape("web", "/", "GET"), _ -> "");
    var claim = RequestCharges.of(HELD, subject);
    return new DecideCall(List.of(claim), requests, OptionalLong.empty()).encoded();
  }

  private static List<String> words(
      String command, String function, List<String> keys, List<String> arguments) {
    var words = new ArrayList<>(List.of(command, function, "" + keys.size()));
    words.addAll(keys);
    words.addAll(arguments);
    return words;
  }

  /** A refusal of whatever kind is an answer here: what counts is what is there afterwards. */
  private static void attempt(Jedis by, List<String> words) {
    try {
      said(by, words);
    } catch (JedisDataException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static Object said(Jedis by, List<String> words) {
    ProtocolCommand command = () -> words.getFirst().getBytes(StandardCharsets.UTF_8);
    var more = words.subList(1, words.size()).toArray(String[]::new);
    return by.sendCommand(command, more);
  }

  private static Jedis as(String user) {
    var login = DefaultJedisClientConfig.builder().user(user).password(WORD).build();
    return new Jedis(redis.address().host(), redis.address().port(), login);
  }
}
