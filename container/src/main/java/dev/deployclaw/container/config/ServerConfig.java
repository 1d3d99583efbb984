package dev.deployclaw.container.config;

import dev.deployclaw.container.config.reader.BearerTokenFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How {@code serve} is reached, by whom, and how much it takes on.
 *
 * @param host a loopback address, unless there is TLS or {@code plaintext} allows another
 * @param port 0 for any free one
 * @param plaintext whether another address than loopback may be served without TLS
 * @param tokensFile the bearer tokens' hashes, see {@link BearerTokenFile}
 * @param openMetrics whether {@code /metrics} needs no credential
 * @param nats the queue from which tasks are taken, too; empty for none
 * @param surfaces what is served beside the API
 * @param oidc whose tokens say who people are; empty for none
 */
public record ServerConfig(
    String host,
    int port,
    boolean plaintext,
    Optional<Path> tokensFile,
    Optional<Tls> tls,
    boolean openMetrics,
    Bounds bounds,
    Optional<NatsQueue> nats,
    Surfaces surfaces,
    Optional<OidcConfig> oidc) {

  /**
   * What is served beside the API.
   *
   * @param mcp whether other agents are served at {@code /mcp}
   * @param console whether people's browsers are served at {@code /console/}
   */
  public record Surfaces(boolean mcp, boolean console) {}

  public boolean console() {
    return surfaces.console();
  }

  /**
   * A JetStream work queue on the server of the log's stream.
   *
   * @param subject below it, the last token names the requester
   * @param deadLetters where messages go that can't be carried out
   */
  public record NatsQueue(String stream, String subject, String deadLetters) {
    public static final NatsQueue DEFAULT =
        new NatsQueue("DEPLOYCLAW_TASKS", "deployclaw.tasks", "deployclaw.dead.tasks");
  }

  /** Whether anybody at all can show who they are. */
  public boolean hasCredentials() {
    return tokensFile.isPresent() || oidc.isPresent() || tls.flatMap(Tls::clientCaFile).isPresent();
  }

  /**
   * TLS.
   *
   * @param clientCaFile whose certificates say who a client is; empty where only tokens do
   * @param clientCrlFile which of them were revoked
   * @param clients what the subjects of such certificates may do
   */
  public record Tls(
      Path certificateFile,
      Path keyFile,
      Optional<Path> clientCaFile,
      Optional<Path> clientCrlFile,
      List<Client> clients) {
    public Tls {
      clients = List.copyOf(clients);
    }
  }

  /**
   * A client that is known by its certificate.
   *
   * @param subject its distinguished name (RFC 2253), for example {@code CN=console,O=Example}
   * @param name under which it asks and approves
   */
  public record Client(String subject, String name, Set<ApiRole> roles) {
    public Client {
      roles = Set.copyOf(roles);
    }
  }

  /**
   * How much, and how long.
   *
   * @param queue tasks that may wait
   * @param bodyBytes the longest request body
   * @param requestsPerMinute of one client
   * @param streams event streams at once
   * @param heartbeat between two comments on a quiet event stream
   * @param look between two looks at the back ends
   * @param leaderWait how long a task waits while another agent leads
   * @param stopWithin how long the task at work may go on once the process is told to stop
   * @param keepLogs of so many executions, the latest, records stay in etcd and on this machine,
   *     and here so many logs of sign-ins though the bucket has them
   * @param shares what one caller, one network and strangers may take of it
   */
  public record Bounds(
      int queue,
      int bodyBytes,
      int requestsPerMinute,
      int streams,
      Duration heartbeat,
      Duration look,
      Duration leaderWait,
      Duration stopWithin,
      int keepLogs,
      Shares shares) {

    public static final Bounds DEFAULT =
        new Bounds(
            16,
            65_536,
            600,
            32,
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5),
            Duration.ofSeconds(25),
            1_000,
            Shares.DEFAULT);
  }

  /**
   * What one caller, one network and strangers may take.
   *
   * @param streams event streams of one caller at once
   * @param strangerRequestsPerMinute from one network, without a credential
   * @param connections at once
   * @param connectionsPerAddress of them from one network
   */
  public record Shares(
      int streams, int strangerRequestsPerMinute, int connections, int connectionsPerAddress) {
    public static final Shares DEFAULT = new Shares(8, 120, 512, 128);
  }
}
