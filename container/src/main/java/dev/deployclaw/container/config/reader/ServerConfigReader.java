package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** Reads the section {@code serve}. */
record ServerConfigReader(CredentialFiles files) {
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);
  private static final int MOST_PORT = 65_535;
  private static final Duration LEAST_PAUSE = Duration.ofMillis(100);

  private static final Pattern STREAM = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern SUBJECT =
      Pattern.compile("(?=.{1,128}$)[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
  private static final Pattern LOG = Pattern.compile("deployclaw\\.(log|audit|replies)(\\.|$)");

  /** What may stand in a log as the name of who asked. */
  static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  ServerConfig read(ConfigSection f) {
    String listen = f.text("listen", "127.0.0.1:8088");
    String host = listen.substring(0, Math.max(0, listen.lastIndexOf(':')));
    boolean plaintext = f.flag("plaintext", false);
    var tokensFile = f.optional("tokensFile").map(files::path);
    var tls =
        f.given("tls") ? Optional.of(tls(f.section("tls"))) : Optional.<ServerConfig.Tls>empty();
    var serve =
        new ServerConfig(
            host.replaceAll("[\\[\\]]", ""),
            port(f, listen),
            plaintext,
            tokensFile,
            tls,
            f.flag("openMetrics", false),
            bounds(f),
            f.given("nats") ? Optional.of(nats(f.section("nats"))) : Optional.empty(),
            new ServerConfig.Surfaces(f.flag("mcp", false), f.flag("console", true)),
            f.given("oidc")
                ? Optional.of(OidcConfigReader.read(f.section("oidc"), files))
                : Optional.empty());
    f.done();
    checkConsole(f, serve);
    check(f, serve, host);
    return serve;
  }

  private static int port(ConfigSection f, String listen) {
    f.checkAddress("listen", listen);
    String port = listen.substring(listen.lastIndexOf(':') + 1);
    int n = port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0;
    if (n > MOST_PORT) {
      f.wrong("listen", "port " + n + " is above " + MOST_PORT, "");
    }
    return n;
  }

  private static void checkConsole(ConfigSection f, ServerConfig serve) {
    if (!serve.console() && serve.oidc().flatMap(OidcConfig::console).isPresent()) {
      f.wrong("console", "is off, and oidc.console is for it", "leave one out");
    }
  }

  private static void check(ConfigSection f, ServerConfig serve, String host) {
    boolean loopback = host.isEmpty() || LOOPBACK.matcher(host).matches();
    if (!loopback && serve.tls().isEmpty() && !serve.plaintext()) {
      f.wrong(
          "listen",
          host + " isn't a loopback address, and there is no TLS",
          "give tls.certificateFile and tls.keyFile, or set plaintext: true where something else"
              + " encrypts");
    }
    if (f.present() && !serve.hasCredentials()) {
      f.problem(
          "",
          f.line(),
          "no client could authenticate",
          "give tokensFile, oidc, or tls.clientCaFile with clients");
    }
  }

  private ServerConfig.Tls tls(ConfigSection f) {
    var ca = f.optional("clientCaFile").map(files::path);
    var clients = f.each("clients", c -> Optional.of(client(c)));
    if (ca.isEmpty() != clients.isEmpty()) {
      f.problem("", f.line(), "needs both clientCaFile and clients, or neither", "");
    }
    var tls =
        new ServerConfig.Tls(
            files.path(f.required("certificateFile")),
            files.path(f.required("keyFile")),
            ca,
            f.optional("clientCrlFile").map(files::path),
            clients);
    if (ca.isEmpty() && tls.clientCrlFile().isPresent()) {
      f.wrong("clientCrlFile", "needs clientCaFile", "");
    }
    f.done();
    return tls;
  }

  private static ServerConfig.Client client(ConfigSection f) {
    String subject = f.required("subject");
    if (!subject.isEmpty()) {
      var _ = f.make(() -> new X500Principal(subject));
    }
    return new ServerConfig.Client(subject, name(f), roles(f));
  }

  /** A name that may stand in logs. */
  static String name(ConfigSection f) {
    String name = f.required("name");
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      f.wrong("name", "may hold letters, digits and . _ @ - only", "");
    }
    return name;
  }

  /** At least one; each role includes the permission to look. */
  static Set<ApiRole> roles(ConfigSection f) {
    var out = EnumSet.of(ApiRole.VIEWER);
    var known = List.of(ApiRole.values()).stream().map(ApiRole::word).toList();
    for (String word : f.some("roles")) {
      if (known.contains(word)) {
        out.add(ApiRole.valueOf(word.toUpperCase(Locale.ROOT)));
      } else {
        f.wrong("roles", "\"" + word + "\" is not one of " + known, "");
      }
    }
    return out;
  }

  private static ServerConfig.NatsQueue nats(ConfigSection f) {
    var d = ServerConfig.NatsQueue.DEFAULT;
    String stream = f.text("stream", d.stream());
    if (!STREAM.matcher(stream).matches()) {
      f.wrong("stream", "may hold letters, digits, _ and - only", "");
    }
    String subject = subject(f, "subject", d.subject());
    String deadLetters = subject(f, "deadLetters", d.deadLetters());
    if (deadLetters.startsWith(subject + ".") || deadLetters.equals(subject)) {
      f.wrong("deadLetters", "lies below subject", "they would be tasks again");
    }
    f.done();
    return new ServerConfig.NatsQueue(stream, subject, deadLetters);
  }

  /** Without wildcards, and not where records of logs are shipped. */
  private static String subject(ConfigSection f, String key, String otherwise) {
    String subject = f.text(key, otherwise);
    if (!SUBJECT.matcher(subject).matches() || LOG.matcher(subject).lookingAt()) {
      f.wrong(
          key,
          "\"%s\" isn't a subject for tasks".formatted(subject),
          "write words with dots between them, for example " + otherwise);
    }
    return subject;
  }

  private static ServerConfig.Bounds bounds(ConfigSection f) {
    var d = ServerConfig.Bounds.DEFAULT;
    int streams = f.whole("streams", d.streams(), 1, 10_000);
    return new ServerConfig.Bounds(
        f.whole("queue", d.queue(), 1, 1000),
        f.whole("bodyBytes", d.bodyBytes(), 1024, 1_048_576),
        f.whole("requestsPerMinute", d.requestsPerMinute(), 1, 1_000_000),
        streams,
        pause(f, "heartbeat", d.heartbeat()),
        pause(f, "look", d.look()),
        f.duration("leaderWait", d.leaderWait()),
        f.duration("stopWithin", d.stopWithin()),
        f.whole("keepLogs", d.keepLogs(), 1, 1_000_000),
        shares(f, streams));
  }

  /** Event streams keep a connection each, so that others must be left for everything else. */
  private static ServerConfig.Shares shares(ConfigSection f, int streams) {
    var d = ServerConfig.Shares.DEFAULT;
    int most = Math.max(d.connections(), 2 * streams);
    int connections = f.whole("connections", most, 16, 100_000);
    if (connections <= streams) {
      f.wrong(
          "connections",
          "%d connections leave none besides %d streams".formatted(connections, streams),
          "allow more connections, or fewer streams");
    }
    return new ServerConfig.Shares(
        f.whole("streamsPerCaller", Math.max(2, streams / 4), 1, 10_000),
        f.whole("strangerRequestsPerMinute", d.strangerRequestsPerMinute(), 1, 1_000_000),
        connections,
        f.whole("connectionsPerAddress", Math.max(1, connections / 4), 1, 100_000));
  }

  /** Between two things that are done again and again. */
  private static Duration pause(ConfigSection f, String key, Duration otherwise) {
    var pause = f.duration(key, otherwise);
    if (pause.compareTo(LEAST_PAUSE) < 0) {
      f.wrong(key, "is shorter than " + LEAST_PAUSE.toMillis() + "ms", "");
    }
    return pause;
  }
}
