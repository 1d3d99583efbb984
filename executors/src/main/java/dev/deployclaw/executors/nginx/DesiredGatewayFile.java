package dev.deployclaw.executors.nginx;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.gateway.UnsupportedSetting;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the file of an NGINX gateway must be at an epoch: rendered from the policy set, or put back
 * as it was found. The same for every kind of gateway, wherever its file lies.
 */
public sealed interface DesiredGatewayFile {
  /** The participant under which gateways' observations stand in a checkpoint. */
  String PARTICIPANT = "gateway";

  /** The fact of a scan that says which epochs a member keeps, and where: a place by its epoch. */
  String KEPT = "kept";

  /**
   * @param losses what it can't express
   */
  record Wanted(byte[] bytes, List<UnsupportedSetting> losses) implements DesiredGatewayFile {
    public Wanted {
      losses = List.copyOf(losses);
    }

    public boolean is(byte[] other) {
      return Arrays.equals(bytes, other);
    }

    /** The digest that a process which acts on it says; empty for one written by hand. */
    public String config() {
      return NginxConfigFile.configIn(new String(bytes, StandardCharsets.UTF_8)).orElse("");
    }

    /** For a report: its SHA-256, and what it can't express. */
    public Map<String, Object> facts() {
      var lost = losses.stream().map(l -> l.about() + ": " + l.reason()).toList();
      return Map.of("file", CanonicalJson.sha256(bytes), "losses", lost);
    }
  }

  /**
   * The way back leads to an epoch of which nothing is known here: the gateway was added to the
   * configuration since, or nobody saw what it held.
   */
  record Unlisted(String why) implements DesiredGatewayFile {
    static final Unlisted ADDED = new Unlisted("was added after that epoch");

    /** Where what a call is to put back doesn't know a member of the call's participant. */
    public static Optional<Unlisted> in(Invocation call, String member) {
      String participant = member.substring(0, member.indexOf('/'));
      return call.call()
          .restores()
          .filter(o -> o.of(participant, member).isEmpty())
          .map(o -> in(o, participant, member));
    }

    /** Of a member that an observation doesn't know. */
    public static Unlisted in(ObservedState found, String participant, String member) {
      return found
          .whyUnseen(participant, member)
          .map(why -> new Unlisted("didn't report its previous content (" + why + ")"))
          .orElse(ADDED);
    }

    /** It is left alone, and that is said. */
    public MemberReport kept(String member) {
      return MemberReport.skipped(member, why + ", and keeps what it has");
    }
  }

  /** There is none, and why. */
  record Impossible(String reason) implements DesiredGatewayFile {}

  /**
   * This; but a gateway that the epoch doesn't know gets back the file with which it was adopted.
   *
   * @param adopted what is under epoch 0 in its folder
   */
  default DesiredGatewayFile orAdopted(Adopted adopted) throws IOException {
    return this instanceof Unlisted
        ? adopted.file().<DesiredGatewayFile>map(b -> new Wanted(b, List.of())).orElse(this)
        : this;
  }

  /** What a question about the wanted file answers; where there is none, why. */
  default MemberReport ask(String member, Question question)
      throws IOException, InterruptedException {
    return switch (this) {
      case Impossible(String reason) -> MemberReport.no(member, reason);
      case Unlisted unlisted -> unlisted.kept(member);
      case Wanted wanted -> question.ask(wanted);
    };
  }

  /** Asks a gateway with what its file must be. */
  @FunctionalInterface
  interface Question {
    MemberReport ask(Wanted wanted) throws IOException, InterruptedException;
  }

  /** Reads the file with which a gateway was adopted, if it is still there. */
  @FunctionalInterface
  interface Adopted {
    Optional<byte[]> file() throws IOException;
  }

  /**
   * @param name in the policy set
   * @param member as it stands in reports and observations
   */
  static DesiredGatewayFile of(EpochSpec activation, String name, String member, GatewaySite site) {
    return activation
        .restores()
        .map(found -> restored(found, member))
        .orElseGet(() -> rendered(activation, name, site));
  }

  /**
   * The file as it is rendered for another site; empty where it isn't rendered, but put back as it
   * was found, or where there is none.
   */
  static Optional<byte[]> copy(EpochSpec activation, String name, String member, GatewaySite site) {
    boolean rendered = activation.restores().isEmpty();
    return rendered && of(activation, name, member, site) instanceof Wanted wanted
        ? Optional.of(wanted.bytes())
        : Optional.empty();
  }

  /** A file that was found: whose it is, and its bytes where they are to be kept. */
  static Map<String, Object> found(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    var facts = new TreeMap<String, Object>();
    facts.put("file", CanonicalJson.sha256(bytes));
    facts.put("config", NginxConfigFile.configIn(text).orElse(""));
    facts.put("managed", NginxConfigFile.isWhole(text));
    return facts;
  }

  /** The bytes, so that they can be put back. */
  static Map<String, Object> kept(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8))
        ? Map.of("text", text)
        : Map.of("base64", Base64.getEncoder().encodeToString(bytes));
  }

  private static DesiredGatewayFile rendered(EpochSpec activation, String name, GatewaySite site) {
    var routing = activation.set().gateways().get(name);
    if (routing == null) {
      return activation.back()
          ? Unlisted.ADDED
          : new Impossible("the policy set has no gateway " + name);
    }
    var upstreams = site.upstreams().keySet();
    var missing =
        routing.routes().stream()
            .map(r -> r.service())
            .filter(s -> !upstreams.contains(s))
            .toList();
    if (!missing.isEmpty()) {
      return new Impossible("no upstream is configured for " + String.join(", ", missing));
    }
    var file = NginxConfigFile.render(activation.set(), routing, site);
    return new Wanted(file.text().getBytes(StandardCharsets.UTF_8), file.losses());
  }

  /** The file that was observed before, byte for byte. */
  private static DesiredGatewayFile restored(ObservedState observation, String member) {
    return observation
        .of(PARTICIPANT, member)
        .map(DesiredGatewayFile::observed)
        .orElseGet(() -> Unlisted.in(observation, PARTICIPANT, member));
  }

  private static DesiredGatewayFile observed(Map<String, Object> facts) {
    if (facts.get("text") instanceof String text) {
      return new Wanted(text.getBytes(StandardCharsets.UTF_8), List.of());
    }
    if (facts.get("base64") instanceof String bytes) {
      return new Wanted(Base64.getDecoder().decode(bytes), List.of());
    }
    return new Impossible("no file was observed there");
  }
}
