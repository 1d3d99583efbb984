package dev.deployclaw.policy;

import dev.deployclaw.policy.json.StrictJsonObject;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reads the canonical JSON of a policy set. Strict twice over: every key is asked for by name and
 * none may be left, and what was read must encode to the very bytes that were given. Of a large set
 * most limits are the same, and so are most tenants but for name and limits: equal bytes are read
 * once, and are one object. For one set.
 */
final class PolicySetDecoder {
  /** Of a kind; what comes later is an object of its own. */
  private static final int MOST_SHARED = 1_024;

  private static final int NONE = -1;
  private static final String NAME = "policy set";
  private static final byte[] TENANTS = key("tenants");
  private static final byte[] TENANT = key("tenant");
  private static final byte[] LIMITS = key("limits");

  private final byte[] bytes;
  private final JsonCursor cursor;
  private final CutPart rest = new CutPart();
  private final Map<ByteSpan, Limit> limits = new HashMap<>();
  private final Map<ByteSpan, SharedTerms> frames = new HashMap<>();
  private final Map<String, String> words = new HashMap<>();
  private int tenantIndex;
  private int limitIndex;
  private String tenantName = "";

  private PolicySetDecoder(byte[] bytes) {
    this.bytes = bytes;
    this.cursor = new JsonCursor(NAME, bytes);
  }

  /** What a tenant has beside name and limits. */
  private record SharedTerms(
      SortedMap<String, String> labels,
      Optional<String> parent,
      boolean blocked,
      BackendFailureMode onBackendFailure) {}

  static PolicySet read(byte[] bytes) {
    var set = new PolicySetDecoder(bytes).set();
    if (!PolicySetEncoder.encodesTo(bytes, set)) {
      throw new IllegalArgumentException(NAME + ": the bytes are not canonical");
    }
    return set;
  }

  private PolicySet set() {
    var tenants = new ArrayList<TenantPolicy>();
    var others = new CutPart();
    cursor.object(
        () -> "",
        key -> {
          if (cursor.has(key, TENANTS) && cursor.passes('[')) {
            int from = cursor.at();
            cursor.items(index -> tenants.add(tenant(index)));
            others.cut(from);
          } else {
            cursor.value();
          }
        });
    if (cursor.at() < bytes.length) {
      throw cursor.fault(": something follows the document");
    }
    return StrictJsonObject.parse(NAME, others.end()).read(in -> set(in, tenants));
  }

  private static PolicySet set(StrictJsonObject in, List<TenantPolicy> tenants) {
    if (in.number("v") != 1) {
      throw in.fault("v", "only version 1 is known");
    }
    var _ = in.openObjects("tenants", item -> item); // there, and cut
    var gateways = in.objects("gateways", PolicySetDecoder::gateway);
    return PolicySet.of(tenants, gateways, in.text("probe_key"));
  }

  private TenantPolicy tenant(int index) {
    tenantIndex = index;
    limitIndex = NONE;
    var own = new ArrayList<Limit>();
    rest.begin();
    cursor.object(this::place, key -> member(key, own));
    limitIndex = NONE;
    var frame = frame();
    try {
      return new TenantPolicy(
          tenantName,
          frame.labels(),
          frame.parent(),
          frame.blocked(),
          frame.onBackendFailure(),
          own);
    } catch (IllegalArgumentException e) {
      throw cursor.fault(place() + ": " + e.getMessage());
    }
  }

  private void member(int key, List<Limit> own) {
    if (cursor.has(key, LIMITS) && cursor.passes('[')) {
      int from = cursor.at();
      cursor.items(index -> own.add(limit(index)));
      rest.cut(from);
    } else if (cursor.has(key, TENANT) && cursor.passes('"')) {
      int from = cursor.at();
      cursor.behindQuote();
      tenantName = new String(bytes, from, cursor.at() - 1 - from, StandardCharsets.UTF_8);
      rest.cut(from);
    } else {
      cursor.value();
    }
  }

  private SharedTerms frame() {
    byte[] left = rest.end();
    var span = new ByteSpan(left, 0, left.length);
    var known = frames.get(span);
    if (known != null) {
      return known;
    }
    var read = StrictJsonObject.parse(NAME + place(), left).read(this::frame);
    if (frames.size() < MOST_SHARED) {
      frames.put(span, read);
    }
    return read;
  }

  private SharedTerms frame(StrictJsonObject in) {
    var _ = in.text("tenant"); // there, and cut
    var _ = in.openObjects("limits", item -> item);
    return new SharedTerms(
        labels(in),
        in.optionalText("parent"),
        in.flag("blocked"),
        in.word("on_backend_failure", BackendFailureMode::ofWord));
  }

  private Limit limit(int index) {
    limitIndex = index;
    int from = cursor.at();
    cursor.value();
    var span = new ByteSpan(bytes, from, cursor.at());
    var known = limits.get(span);
    if (known != null) {
      return known;
    }
    byte[] one = Arrays.copyOfRange(bytes, from, cursor.at());
    var read = StrictJsonObject.parse(NAME + place(), one).read(PolicySetDecoder::limit);
    if (limits.size() < MOST_SHARED) {
      limits.put(span, read);
    }
    return read;
  }

  private String place() {
    String limit = limitIndex == NONE ? "" : ".limits[" + limitIndex + "]";
    return ".tenants[" + tenantIndex + "]" + limit;
  }

  private SortedMap<String, String> labels(StrictJsonObject in) {
    var out = new TreeMap<String, String>();
    in.textMap("labels").forEach((name, value) -> out.put(shared(name), shared(value)));
    return out;
  }

  private String shared(String word) {
    var there = words.get(word);
    if (there == null && words.size() < MOST_SHARED) {
      words.put(word, word);
    }
    return there == null ? word : there;
  }

  private static Limit limit(StrictJsonObject in) {
    var match =
        new RequestMatch(
            in.optionalText("service"), in.optionalText("route"), in.optionalText("method"));
    return new Limit(
        in.text("name"),
        match,
        in.words("key", PolicySetDecoder::keyPart),
        in.word("algorithm", LimitAlgorithm::ofWord),
        in.number("requests"),
        Duration.ofSeconds(in.number("window_s")),
        in.number("burst"),
        in.number("cost"),
        in.word("mode", EnforcementMode::ofWord),
        in.optionalWord("on_backend_failure", BackendFailureMode::ofWord),
        new LimitPrecision(in.optionalNumber("leased_ms").map(Duration::ofMillis)));
  }

  private static Optional<CounterKeyPart> keyPart(String word) {
    if (word.equals("client-address")) {
      return Optional.of(new CounterKeyPart.ClientAddress());
    }
    String header = "header:";
    return word.startsWith(header)
        ? Optional.of(new CounterKeyPart.Header(word.substring(header.length())))
        : Optional.empty();
  }

  private static Gateway gateway(StrictJsonObject in) {
    return new Gateway(
        in.text("name"),
        in.text("namespace"),
        in.object("identity", PolicySetDecoder::identity),
        in.objects("routes", r -> new Gateway.Route(r.text("prefix"), r.text("service"))));
  }

  private static Gateway.Identity identity(StrictJsonObject in) {
    Optional<Gateway.Identity> host = in.optionalText("host").map(Gateway.Identity.Host::new);
    Optional<Gateway.Identity> claim = in.optionalText("claim").map(name -> claim(name, in));
    Function<String, Gateway.Identity> header = Gateway.Identity.Header::new;
    return host.or(() -> claim).orElseGet(() -> header.apply(in.text("header")));
  }

  private static Gateway.Identity claim(String name, StrictJsonObject in) {
    return new Gateway.Identity.Claim(
        name,
        in.text("issuer"),
        in.text("audience"),
        in.word("unproven", InvalidTokenAction::ofWord));
  }

  private static byte[] key(String word) {
    return (word + '"').getBytes(StandardCharsets.UTF_8);
  }

  /** A part of the document without what was read of it by itself. */
  private final class CutPart {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private int from;

    /** It begins at the cursor. */
    void begin() {
      kept.reset();
      from = cursor.at();
    }

    /** Without what is between a place and the byte that was passed last. */
    void cut(int begin) {
      kept.write(bytes, from, begin - from);
      from = cursor.at() - 1;
    }

    /** It ends at the cursor. */
    byte[] end() {
      kept.write(bytes, from, cursor.at() - from);
      return kept.toByteArray();
    }
  }

  /** Bytes that are looked up. */
  private static final class ByteSpan {
    private final byte[] bytes;
    private final int from;
    private final int until;
    private final int hash;

    ByteSpan(byte[] bytes, int from, int until) {
      this.bytes = bytes;
      this.from = from;
      this.until = until;
      var checksum = new CRC32(); // fast with the JDK's first compiler, too
      checksum.update(bytes, from, until - from);
      this.hash = (int) checksum.getValue();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof ByteSpan span
          && hash == span.hash
          && Arrays.equals(bytes, from, until, span.bytes, span.from, span.until);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
