package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.core.tls.TlsSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code approvals}. */
record ApprovalConfigReader(CredentialFiles files) {
  private static final String PEOPLE = "people";
  private static final int SHORTEST_SECRET = 16;
  private static final int MOST_CHANNELS = 16;
  private static final int MOST_PEOPLE = 1000;

  /** It is a part of keys, paths and metrics. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

  private static final Pattern SLACK_CHANNEL = Pattern.compile("[CGD][A-Z0-9]{5,30}");
  private static final Pattern SLACK_TEAM = Pattern.compile("[TE][A-Z0-9]{5,30}");
  private static final Pattern SLACK_USER = Pattern.compile("[UW][A-Z0-9]{5,30}");

  /** Of people, tenants and apps. */
  private static final Pattern DIRECTORY_ID =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private static final Pattern TEAMS_CHANNEL =
      Pattern.compile("19:[A-Za-z0-9_-]{1,200}@thread\\.[a-z0-9]{1,16}");
  private static final Pattern SECURE =
      Pattern.compile("https://.*|http://(localhost|127(\\.\\d{1,3}){3}|\\[::1])([:/].*)?");
  private static final Pattern ANY_USER = Pattern.compile("[\\x21-\\x7e]{1,128}");

  List<ApprovalChannelConfig> read(ConfigSection root) {
    var out = new ArrayList<ApprovalChannelConfig>();
    var names = new HashSet<String>();
    for (var f : root.sections("approvals")) {
      var channel = channel(f);
      if (!channel.name().isEmpty() && !names.add(channel.name())) {
        f.wrong("name", "names a second channel " + channel.name(), "give each its own");
      }
      out.add(channel);
      f.done();
    }
    if (out.size() > MOST_CHANNELS) {
      root.wrong("approvals", "has more than " + MOST_CHANNELS + " entries", "leave some out");
    }
    return out;
  }

  private ApprovalChannelConfig channel(ConfigSection f) {
    String name = matching(f, "name", NAME, "may hold lower-case letters, digits and - only");
    var console = f.given("console") ? Optional.of(f.url("console")) : Optional.<String>empty();
    return switch (f.choice("type", "slack", List.of("slack", "teams", "email", "webhook"))) {
      case "email" -> {
        var email = new EmailConfigReader(files).read(f);
        yield new ApprovalChannelConfig(name, console, Map.of(), email);
      }
      case "teams" -> new ApprovalChannelConfig(name, console, people(f, DIRECTORY_ID), teams(f));
      case "webhook" -> new ApprovalChannelConfig(name, console, people(f, ANY_USER), webhook(f));
      default -> new ApprovalChannelConfig(name, console, people(f, SLACK_USER), slack(f));
    };
  }

  private Platform slack(ConfigSection f) {
    return new Platform.Slack(
        f.given("url") ? f.url("url") : "https://slack.com/api",
        matching(f, "channel", SLACK_CHANNEL, "isn't the id of a channel, such as C0123456789"),
        matching(f, "team", SLACK_TEAM, "isn't the id of a workspace, such as T0123456789"),
        MonitoringConfigReader.needed(f, "token", SHORTEST_SECRET, files::content),
        MonitoringConfigReader.needed(f, "signingSecret", SHORTEST_SECRET, files::content));
  }

  private Platform teams(ConfigSection f) {
    String id = "isn't an id as Entra ID has them, in lower case";
    String tenant = matching(f, "tenant", DIRECTORY_ID, id);
    var service =
        new Platform.BotService(
            secure(f, "url", "https://smba.trafficmanager.net/teams"),
            secure(
                f,
                "login",
                "https://login.microsoftonline.com/%s/oauth2/v2.0/token".formatted(tenant)),
            secure(
                f, "metadata", "https://login.botframework.com/v1/.well-known/openidconfiguration"),
            f.text("issuer", "https://api.botframework.com"));
    return new Platform.Teams(
        service,
        matching(f, "app", DIRECTORY_ID, id),
        tenant,
        MonitoringConfigReader.needed(f, "secret", SHORTEST_SECRET, files::content),
        matching(
            f, "channel", TEAMS_CHANNEL, "isn't the id of a channel, such as 19:…@thread.tacv2"));
  }

  /** Who can read or exchange what goes there could decide. */
  private static String secure(ConfigSection f, String key, String otherwise) {
    String url = f.given(key) ? f.url(key) : otherwise;
    if (!url.isEmpty() && !SECURE.matcher(url).matches()) {
      f.wrong(key, "isn't https", "give its https address");
    }
    return url;
  }

  private Platform webhook(ConfigSection f) {
    String url = f.url("url");
    SecretRegistry.learnPath(url);
    var secret = MonitoringConfigReader.needed(f, "secret", SHORTEST_SECRET, files::content);
    var decisions =
        MonitoringConfigReader.needed(f, "decisionSecret", SHORTEST_SECRET, files::content);
    if (!secret.value().isEmpty() && secret.value().equals(decisions.value())) {
      f.wrong(
          "decisionSecretFile",
          "is also the secret of the other direction: a card could come back as a decision",
          "give each direction a secret of its own");
    }
    return new Platform.SignedWebhook(url, secret, decisions);
  }

  /** Without a person nothing could be decided there. */
  private static Map<String, String> people(ConfigSection f, Pattern user) {
    var people = f.textMap(PEOPLE);
    if (people.isEmpty() || people.size() > MOST_PEOPLE) {
      f.wrong(
          PEOPLE,
          "names no one, or more than " + MOST_PEOPLE,
          "write who may decide there, for example U0123456789: ann");
    }
    people.forEach((theirs, ours) -> {
      if (!user.matcher(theirs).matches() || ours.isBlank()) {
        f.wrong(PEOPLE, "\"" + theirs + "\" isn't a person's id with a name", "");
      }
    });
    return people;
  }

  private static String matching(ConfigSection f, String key, Pattern form, String what) {
    String value = f.required(key);
    if (!value.isEmpty() && !form.matcher(value).matches()) {
      f.wrong(key, what, "");
    }
    return value;
  }

  /** Reads a channel of type {@code email}. Only loopback is reached without TLS. */
  private record EmailConfigReader(CredentialFiles files) {
    private static final String URL = "url";
    private static final String TO = "to";
    private static final int MOST_RECIPIENTS = 100;
    private static final int SUBMISSION = 587;
    private static final int SUBMISSIONS = 465;
    private static final int LAST_PORT = 65535;
    private static final int LONGEST_ADDRESS = 254;

    private static final Pattern SERVER =
        Pattern.compile("(smtps?)://([A-Za-z0-9.-]+|\\[[0-9a-f:]+])(?::(\\d{1,5}))?/?");
    private static final Pattern LOOPBACK =
        Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    /** Narrower than RFC 5321: what could end a header or an argument is in none. */
    private static final Pattern ADDRESS =
        Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");

    Platform read(ConfigSection f) {
      if (!f.given("console")) {
        f.problem("console", f.line(), "is required: mails lead there", "add the agent's address");
      }
      var to = f.some(TO);
      if (to.size() > MOST_RECIPIENTS) {
        f.wrong(
            TO, "has more than " + MOST_RECIPIENTS + " addresses", "give the address of a list");
      }
      to.forEach(address -> checkAddress(f, TO, address));
      String from = f.required("from");
      checkAddress(f, "from", from);
      return new Platform.Email(server(f), from, to);
    }

    private Platform.MailServer server(ConfigSection f) {
      var url = SERVER.matcher(f.url(URL));
      boolean fits = url.matches();
      if (!fits && f.given(URL)) {
        f.wrong(URL, "isn't the address of a mail server", "write smtp://HOST:587 or smtps://HOST");
      }
      boolean immediate = fits && url.group(1).equals("smtps");
      String host = fits ? url.group(2) : "";
      int port =
          Optional.ofNullable(fits ? url.group(3) : null)
              .map(Integer::parseInt)
              .orElse(immediate ? SUBMISSIONS : SUBMISSION);
      if (port > LAST_PORT) {
        f.wrong(URL, "has no port from 1 to " + LAST_PORT, "");
      }
      var given = new TlsConfigReader(files).where(f, f.section("tls"));
      boolean plain = !immediate && LOOPBACK.matcher(host).matches();
      String username = f.text("username", "");
      SecretValue password = f.secret("password", files::content);
      if (username.isEmpty() != password.value().isEmpty()) {
        f.wrong("username", "and passwordFile are needed together", "add the other, or remove it");
      }
      return new Platform.MailServer(
          host.replaceAll("[\\[\\]]", ""),
          port,
          immediate,
          plain ? given : Optional.of(given.orElse(TlsSettings.DEFAULT)),
          username,
          password);
    }

    private static void checkAddress(ConfigSection f, String key, String address) {
      boolean fits = address.length() <= LONGEST_ADDRESS && ADDRESS.matcher(address).matches();
      if (!fits && !address.isEmpty()) {
        f.wrong(key, "\"" + address + "\" isn't an address of a mailbox", "");
      }
    }
  }
}
