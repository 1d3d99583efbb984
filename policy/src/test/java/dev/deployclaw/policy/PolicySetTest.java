package dev.deployclaw.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PolicySetTest {
  private static final int SEEDS = 200;
  private static final Limit ALL = PolicyFixtures.limit("all", RequestMatch.ANY, 60, 60);

  @Test
  void readsBackEverySetThatItWrites() {
    for (long seed = 0; seed < SEEDS; seed++) {
      var set = new RandomPolicies(seed).set(5, 4);

      var read = PolicySet.parse(set.bytes());

      assertThat(read).as("seed %d", seed).isEqualTo(set);
      assertThat(read.digest())
          .as("seed %d", seed)
          .isEqualTo(set.digest())
          .isEqualTo(CanonicalJson.sha256(set.bytes()));
    }
  }

  /** Of a hundred thousand tenants most have the same. */
  @Test
  void equalLimitsThatAreReadAreOneObject() {
    var set = PolicyFixtures.set(tenant("acme"), tenant("zenith"));

    var read = PolicySet.parse(set.bytes());

    assertThat(limit(read, "acme")).isEqualTo(ALL).isSameAs(limit(read, "zenith"));
  }

  @Test
  void moreLimitsThanAreSharedAreReadAsWell() {
    var all = new ArrayList<TenantPolicy>();
    for (int i = 0; i < 3_000; i++) {
      var own = PolicyFixtures.limit("all", RequestMatch.ANY, 1 + i, 1 + i);
      all.add(PolicyFixtures.tenant("tenant-" + i, own));
    }
    var set = PolicySet.of(all, List.of(), "");

    assertThat(PolicySet.parse(set.bytes())).isEqualTo(set);
  }

  private static TenantPolicy tenant(String name) {
    return PolicyFixtures.tenant(name, ALL);
  }

  private static Limit limit(PolicySet set, String tenant) {
    return set.tenant(tenant).orElseThrow().limits().getFirst();
  }

  @Test
  void readsBackTheEmptySet() {
    assertThat(PolicySet.parse(PolicySet.EMPTY.bytes())).isEqualTo(PolicySet.EMPTY);
  }

  @Test
  void refusesOrReproducesEveryDamagedByte() {
    byte[] whole = new RandomPolicies(1).set(2, 2).bytes();
    var random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));

      assertThat(refused(damaged) || Arrays.equals(PolicySet.parse(damaged).bytes(), damaged))
          .as("round %d", round)
          .isTrue();
    }
  }

  @Test
  void refusesEveryDocumentThatIsCutOff() {
    byte[] whole = new RandomPolicies(1).set(3, 2).bytes();
    for (int end = 0; end < whole.length; end++) {
      assertThat(refused(Arrays.copyOf(whole, end))).as("%d bytes", end).isTrue();
    }
  }

  @Test
  void refusesEveryByteThatIsLeftOutOrTwice() {
    byte[] whole = text(PolicyFixtures.tenant("acme", ALL)).getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < whole.length; at++) {
      var rest = new StringBuilder(new String(whole, StandardCharsets.UTF_8));
      byte[] shorter = rest.deleteCharAt(at).toString().getBytes(StandardCharsets.UTF_8);
      byte[] longer =
          rest.insert(at, new char[] {(char) whole[at], (char) whole[at]})
              .toString()
              .getBytes(StandardCharsets.UTF_8);

      assertThat(refused(shorter) || Arrays.equals(PolicySet.parse(shorter).bytes(), shorter))
          .as("without byte %d", at)
          .isTrue();
      assertThat(refused(longer) || Arrays.equals(PolicySet.parse(longer).bytes(), longer))
          .as("byte %d twice", at)
          .isTrue();
    }
  }

  @Test
  void textThatLooksLikeADocumentIsText() {
    var all = new ArrayList<TenantPolicy>();
    for (String text :
        List.of("\\", "\"", "]}],\"v\":2}", "{\"tenant\":\"x\"}", "\"limits\":[", "é\u0001😀")) {
      var labels = new TreeMap<>(Map.of("note", text, "limits", "[", "tenant", "]"));
      var plain = tenant("tenant-" + all.size());
      all.add(
          new TenantPolicy(
              plain.tenant(),
              labels,
              plain.parent(),
              plain.blocked(),
              plain.onBackendFailure(),
              plain.limits()));
    }
    var set = PolicySet.of(all, List.of(), "\"tenants\":[{");

    assertThat(PolicySet.parse(set.bytes())).isEqualTo(set);
  }

  @Test
  void refusesWhatATenantHasTwiceOrNotAtAll() {
    String tenant = "policy set.tenants[0]";
    assertRefused("\"tenant\":\"acme\"", "\"tenant\":\"acme\",\"tenant\":\"acme\"", "Duplicate");
    assertRefused("\"limits\":[", "\"limits\":[],\"limits\":[", tenant + ": Duplicate field");
    assertRefused(",\"tenant\":\"acme\"", "", tenant + ".tenant: missing");
    assertRefused("\"acme\"", "7", tenant + ".tenant: a string was expected");
    assertRefused("\"acme\"", "\"Acme\"", tenant + ": tenant is not a DNS label: \"Acme\"");
    assertRefused("\"acme\"", "\"\\u0061cme\"", tenant + ": tenant is not a DNS label");
    assertRefused("\"limits\":[", "\"limits\":7,\"more\":[", tenant + ".limits: an array was");
    assertRefused("\"limits\":[", "\"limits\":[7,", tenant + ".limits[0]: an object was expected");
    assertRefused("\"limits\":", "\"limit\":", tenant + ".limits: missing");
    assertRefused("\"cost\":1", "\"cost\":1,\"cost\":1", tenant + ".limits[0]: Duplicate field");
    assertRefused("\"labels\":{}", "\"labels\":{\"a\":1}", tenant + ".labels: a string was");
  }

  /** The second tenant's and limit's bytes were read before. */
  @Test
  void namesThePlaceAmongManyThatAreEqual() {
    var twice = List.of(ALL, PolicyFixtures.limit("other", RequestMatch.ANY, 60, 60));
    var set =
        PolicyFixtures.set(
            PolicyFixtures.tenant("acme", twice.toArray(Limit[]::new)),
            PolicyFixtures.tenant("zenith", twice.toArray(Limit[]::new)));
    String bad =
        new String(set.bytes(), StandardCharsets.UTF_8)
            .replaceFirst("(?s)(.*)\"burst\":60", "$1\"burst\":0");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> PolicySet.parse(bad.getBytes(StandardCharsets.UTF_8)))
        .withMessage("policy set.tenants[1].limits[1]: burst out of range: 0");
  }

  @Test
  void refusesALimitThatATenantHasTwice() {
    String good = text(PolicyFixtures.tenant("acme", ALL));
    String limit = good.replaceFirst(".*\"limits\":\\[(.*)\\],\"on_.*", "$1");

    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            PolicySet.parse(
                good.replace(limit, limit + "," + limit).getBytes(StandardCharsets.UTF_8)))
        .withMessage("policy set.tenants[0]: tenant acme has two limits with the same name");
  }

  @Test
  void aSetWithoutLeasesHasTheBytesItAlwaysHad() {
    assertThat(text(PolicyFixtures.tenant("acme", ALL)))
        .isEqualTo(
            """
            {"gateways":[],"probe_key":"","tenants":[{"blocked":false,"labels":{},"limits":[\
            {"algorithm":"token-bucket","burst":60,"cost":1,"key":[],"mode":"enforce",\
            "name":"all","requests":60,"window_s":60}],"on_backend_failure":"allow",\
            "tenant":"acme"}],"v":1}\
            """);
  }

  @Test
  void aLeaseIsPartOfTheDigest() {
    var leased = ALL.in(LimitPrecision.leased(Duration.ofMillis(50)));
    var set = PolicyFixtures.set(PolicyFixtures.tenant("acme", leased));

    assertThat(text(PolicyFixtures.tenant("acme", leased)))
        .contains("\"key\":[],\"leased_ms\":50,\"mode\"");
    assertThat(set.digest())
        .isNotEqualTo(PolicyFixtures.set(PolicyFixtures.tenant("acme", ALL)).digest());
    assertThat(PolicySet.parse(set.bytes())).isEqualTo(set);
  }

  @Test
  void refusesALeaseOutOfRange() {
    assertRefused("\"mode\"", "\"leased_ms\":9,\"mode\"", "limits[0]: lease out of range");
    assertRefused("\"mode\"", "\"leased_ms\":10001,\"mode\"", "limits[0]: lease out of range");
    assertRefused(
        "token-bucket\",\"burst\":60,\"cost\":1,\"key\":[]",
        "concurrency\",\"burst\":60,\"cost\":1,\"key\":[],\"leased_ms\":50",
        "limits[0]: a concurrency limit can't be leased");
  }

  @Test
  void namesTheMissingKey() {
    assertRefused("\"burst\":60,", "", "policy set.tenants[0].limits[0].burst: missing");
  }

  @Test
  void namesTheUnknownKey() {
    assertRefused("\"cost\":1", "\"cost\":1,\"cosy\":1", "tenants[0].limits[0].cosy: unknown key");
  }

  @Test
  void namesTheValueOutOfRange() {
    assertRefused("\"window_s\":60", "\"window_s\":2592001", "tenants[0].limits[0]: window out of");
  }

  @Test
  void namesTheUnknownWord() {
    assertRefused("token-bucket", "leaky", "algorithm: unknown word \"leaky\"");
  }

  @Test
  void refusesASpaceTooMany() {
    assertRefused("\"v\":1", "\"v\": 1", "not canonical");
  }

  @Test
  void refusesWhatIsNoDocumentOfItsOwn() {
    assertRefused("\"v\":1}", "\"v\":1}{}", "something follows the document");
    assertRefused("\"v\":1}", "\"v\":1", "policy set: ");
    assertRefused("\"tenants\":[", "\"tenants\":[7,", "policy set.tenants[0]: an object was");
    assertRefused("\"tenants\":[", "\"other\":[],\"tenants\":[", "policy set.other: unknown key");
    assertRefused("\"tenants\":[", "\"tenants\":[],\"tenants\":[", "Duplicate field");
    assertRefused("\"tenants\":[", "\"tenanty\":[", "policy set.tenants: missing");
  }

  @Test
  void refusesAnotherVersion() {
    assertRefused("\"v\":1", "\"v\":2", "only version 1");
  }

  private static void assertRefused(String part, String instead, String reason) {
    String good = text(PolicyFixtures.tenant("acme", ALL));

    String bad = good.replace(part, instead);

    assertThat(bad).isNotEqualTo(good);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PolicySet.parse(bad.getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining(reason);
  }

  private static String text(TenantPolicy tenant) {
    return new String(PolicyFixtures.set(tenant).bytes(), StandardCharsets.UTF_8);
  }

  private static boolean refused(byte[] bytes) {
    try {
      PolicySet.parse(bytes);
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }
}
