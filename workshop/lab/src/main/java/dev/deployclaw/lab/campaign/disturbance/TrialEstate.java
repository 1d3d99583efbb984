package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.CrashPoint;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.lab.fault.ImpossibleFaultException;
import dev.deployclaw.lab.judge.EstateJudge;
import dev.deployclaw.lab.judge.EstateLocation;
import dev.deployclaw.lab.judge.protocol.KubernetesReader;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.file.TmpfsMount;
import dev.deployclaw.testkit.redis.RedisCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An estate on which one trial after the other is made, with the judge that watches it. For one
 * thread.
 */
public final class TrialEstate implements AutoCloseable {
  private static final int GATEWAYS = 3;
  private static final int FIRST_RUNS = 2;

  private static final String STATE = "state";

  private static final String PROBE_KEY = "probe.key";
  private static final String CONFIG = "DEPLOYCLAW_CONFIG";
  private static final String STATE_DIR = "DEPLOYCLAW_STATE_DIR";

  private static final String ALL = "Orchestrate the rate limit policies of all tenants";
  private static final String FEW = "tb 1500 ";
  private static final String LOW = "tb 60 60000000 10 ";
  private static final Pattern EXECUTION = Pattern.compile("\"execution_id\"\\s*:\\s*\"([^\"]+)\"");
  private static final Duration WHOLE = Duration.ofMinutes(2);

  private static final int DISK_MEBIBYTES = 256;

  /** Replicas, services and reloading gateways follow within it, on a slow machine too. */
  private static final Duration FOLLOW = Duration.ofSeconds(90);

  private final GatewayPlatform ground;
  private final LabEstate lab;
  private final AgentConfig config;
  private final EstateJudge judge;
  private final AgentLauncher agents;
  private final Optional<TmpfsMount> disk;
  private int folders;

  private TrialEstate(
      GatewayPlatform ground, LabEstate lab, AgentConfig config, Optional<TmpfsMount> disk)
      throws IOException {
    this.ground = ground;
    this.lab = lab;
    this.config = config;
    this.disk = disk;
    var place = EstateLocationFile.write(lab, config, elsewhere(lab));
    this.judge = new EstateJudge(EstateLocation.read(place), KubernetesReader.read(place));
    this.agents =
        new AgentLauncher(
            lab.config(),
            AgentLauncher.PROGRAM.orKeepingAt(lab.folder().resolveSibling("agent.aot")),
            ground.converge());
  }

  /** Starts it below the folder, and makes all policies live. */
  public static TrialEstate start(Path folder, GatewayPlatform ground)
      throws IOException, InterruptedException {
    var lab = LabEstate.in(folder.resolve("lab"));
    var disk = disk(folder.resolve(STATE));
    lab.up(new LabEstate.Size(GATEWAYS, ground == GatewayPlatform.PODS, false), _ -> {});
    try {
      var site = new TrialEstate(ground, lab, ConfigReader.read(lab.config(), Map.of()), disk);
      site.must(site.agents.learn(site.newFolder("first"), "run", ALL));
      return site;
    } catch (InvalidConfigException e) {
      throw new IllegalStateException("the lab's configuration is wrong: " + e.getMessage(), e);
    }
  }

  /**
   * A small file system for a folder that nobody has used yet, in memory, where that is allowed.
   */
  private static Optional<TmpfsMount> disk(Path state) throws IOException {
    Files.createDirectories(state);
    TmpfsMount.unmount(state);
    return TmpfsMount.possible()
        ? Optional.of(TmpfsMount.mount(state, DISK_MEBIBYTES))
        : Optional.empty();
  }

  public GatewayPlatform ground() {
    return ground;
  }

  public LabEstate lab() {
    return lab;
  }

  public AgentLauncher agents() {
    return agents;
  }

  public AgentConfig config() {
    return config;
  }

  public EstateJudge judge() {
    return judge;
  }

  public TmpfsMount disk() {
    return disk.orElseThrow();
  }

  public RedisCluster redis() {
    return RedisCluster.adopt(lab.folder().resolve("redis"));
  }

  /** A host of it that answers as it is told; none of its agents has it yet. */
  public LyingHost lyingHost() throws IOException {
    return LyingHost.before(lab.config(), agents.environment());
  }

  public AgentLauncher.CommandResult run(String... words) throws IOException, InterruptedException {
    return agents.run(newFolder(words[0]), words);
  }

  /**
   * Runs a command on another machine: with a state folder of its own, and the probe key that all
   * agents of a domain share.
   */
  public AgentLauncher.CommandResult runElsewhere(String... words)
      throws IOException, InterruptedException {
    return agents.run(
        newFolder("elsewhere"), Map.of(STATE_DIR, stateElsewhere().toString()), words);
  }

  /**
   * Starts an agent that serves and takes tasks from the work queue, and stops at a point; returns
   * when it takes commands.
   */
  public AgentProcess takingTasks(CrashPoint at) throws IOException {
    return agents.serving(
        newFolder("queue"), Map.of(CONFIG, withQueue().toString(), "DEPLOYCLAW_STOP_AT", at.at()));
  }

  /** The same on another machine, which goes on. */
  public AgentProcess takingTasksElsewhere() throws IOException {
    return agents.serving(
        newFolder("queue-elsewhere"),
        Map.of(CONFIG, withQueue().toString(), STATE_DIR, stateElsewhere().toString()));
  }

  /** Paths in it are relative to its folder. */
  private Path withQueue() throws IOException {
    String text = Files.readString(lab.config()) + "serve: {nats: {}}\n";
    return Files.writeString(lab.config().resolveSibling("with-queue.yaml"), text);
  }

  public Path stateElsewhere() throws IOException {
    var state = Files.createDirectories(elsewhere(lab));
    Files.copy(
        config.stateDir().resolve(PROBE_KEY),
        state.resolve(PROBE_KEY),
        StandardCopyOption.REPLACE_EXISTING);
    return state;
  }

  private static Path elsewhere(LabEstate lab) {
    return lab.folder().resolveSibling("state-elsewhere");
  }

  public Path newFolder(String name) throws IOException {
    folders++;
    return Files.createDirectories(
        lab.folder().resolveSibling("agents").resolve("%05d-%s".formatted(folders, name)));
  }

  public void tidy() {
    TestFiles.delete(lab.folder().resolveSibling("agents"));
  }

  /** The words of a command that changes something now; what it needs before it is done here. */
  public String[] words(AgentTask task) throws IOException, InterruptedException {
    return switch (task) {
      case CHANGE -> new String[] {"run", change(), "--json"};
      case ROLLBACK -> new String[] {"rollback", "last", "--json"};
      case CANARY -> new String[] {"run", canary(), "--json"};
      case APPROVAL -> new String[] {"approve", held(change()), "--json"};
      case APPROVED_ROLLBACK -> new String[] {"approve", held("undo the last change"), "--json"};
    };
  }

  public String change() throws IOException {
    boolean low = judge.rule("wonka", "orders").startsWith(LOW);
    return "set wonka's orders limit to "
        + (low ? "90 per minute, burst 14" : "60 per minute, burst 10");
  }

  private String canary() throws IOException {
    boolean low = judge.rule("acme", "search").startsWith(FEW);
    return "set acme's and hooli's search limit to "
        + (low ? "1600" : "1500")
        + " per minute, burst 250, canary 50%";
  }

  /** The execution of a request that waits for an approval. */
  private String held(String request) throws IOException, InterruptedException {
    var ran = run("run", request + " but wait for my approval", "--json");
    return execution(ran.out());
  }

  private static String execution(String said) {
    var id = EXECUTION.matcher(said);
    if (!id.find()) {
      throw new IllegalStateException("no execution is named: " + said);
    }
    return id.group(1);
  }

  /** The log of the execution that a command with {@code --json} named. */
  public String log(AgentProcess command) throws IOException, InterruptedException {
    var ran = run("log", execution(command.out()), "--json");
    must(ran);
    return ran.out();
  }

  public void inflict(String... words) {
    try {
      FaultInjector.in(lab.folder()).inflict(List.of(words));
    } catch (ImpossibleFaultException e) {
      throw new IllegalStateException(String.join(" ", words) + ": " + e.getMessage(), e);
    }
  }

  public void heal() {
    disk.ifPresent(TmpfsMount::makeRoom);
    var healed = FaultInjector.in(lab.folder()).heal();
    var left = new ArrayList<>(healed.denied());
    left.addAll(healed.broken());
    if (!left.isEmpty()) {
      throw new IllegalStateException("the estate can't be healed: " + left);
    }
    redis().awaitWhole(WHOLE);
  }

  /** What is wrong once everybody had the time to follow. */
  public List<String> wrong() {
    var wrong = new ArrayList<String>();
    boolean _ =
        BoundedWait.cameTrue(
            FOLLOW,
            () -> {
              wrong.clear();
              wrong.addAll(judge.wrong());
              return wrong.isEmpty();
            });
    return wrong;
  }

  /** Whether no change is open; not where that can't be asked now. */
  boolean rests() {
    try {
      return judge.open().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  public void reject() throws IOException, InterruptedException {
    for (String id : judge.held()) {
      var ran = run("reject", id);
      if (ran.exit() != 0) {
        throw new IllegalStateException("rejecting " + id + ": " + ran.said());
      }
    }
  }

  /** What a task calls that nothing disturbs, and its time from its first call to its end. */
  public record DryRun(List<String> calls, Duration took) {}

  /** Makes the changes that have less to do than all later ones. */
  public void settle() throws IOException, InterruptedException {
    for (int i = 0; i < FIRST_RUNS; i++) {
      DryRun _ = dry(AgentTask.CHANGE);
    }
  }

  public DryRun dry(AgentTask task) throws IOException, InterruptedException {
    var attempt = agents.noting(newFolder("dry"), words(task));
    boolean _ = attempt.began();
    long from = System.nanoTime();
    if (attempt.awaitEnd(WHOLE) != 0) {
      throw new IllegalStateException(
          "undisturbed, a " + task.word() + " fails: " + attempt.err() + attempt.out());
    }
    return new DryRun(attempt.calls(), Duration.ofNanos(System.nanoTime() - from));
  }

  public void must(AgentLauncher.CommandResult ran) {
    if (ran.exit() != 0) {
      throw new IllegalStateException("an agent that nothing disturbs: " + ran.said());
    }
  }

  @Override
  public void close() {
    end(lab.folder().resolveSibling(""));
  }

  /** The same with one that somebody else has started, or began to. */
  public static void end(Path folder) {
    var left = LabEstate.in(folder.resolve("lab")).down().left();
    if (left.isPresent()) {
      throw new IllegalStateException(left.get());
    }
    TmpfsMount.unmount(folder.resolve(STATE));
    TestFiles.delete(folder);
  }
}
