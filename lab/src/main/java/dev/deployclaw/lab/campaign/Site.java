package dev.deployclaw.lab.campaign;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.container.config.ConfigReader;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.lab.Lab;
import dev.deployclaw.lab.fault.Faults;
import dev.deployclaw.lab.fault.Impossible;
import dev.deployclaw.lab.judge.Cloud;
import dev.deployclaw.lab.judge.Judge;
import dev.deployclaw.lab.judge.Place;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.Folders;
import dev.deployclaw.testkit.RedisCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An estate on which one trial after the other is made, with the judge that watches it. For one
 * thread.
 */
public final class Site implements AutoCloseable {
  private static final int GATEWAYS = 3;
  private static final int FIRST_RUNS = 2;

  /** How the agent ends when what it was asked for was rejected. */
  private static final int ABORTED = 11;

  /** Where the lab's configuration has it. */
  private static final String STATE = "state";

  private static final String PROBE_KEY = "probe.key";

  private static final String ALL = "Orchestrate the rate limit policies of all tenants";
  private static final String FEW = "tb 1500 ";
  private static final String LOW = "tb 60 60000000 10 ";
  private static final Pattern EXECUTION = Pattern.compile("\"execution_id\"\\s*:\\s*\"([^\"]+)\"");
  private static final Duration WHOLE = Duration.ofMinutes(2);

  /** Replicas, services and reloading gateways follow within it, on a slow machine too. */
  private static final Duration FOLLOW = Duration.ofSeconds(90);

  private final Ground ground;
  private final Lab lab;
  private final Config config;
  private final Judge judge;
  private final Agents agents;
  private final StateDisk disk;
  private int folders;

  private Site(Ground ground, Lab lab, Config config, StateDisk disk) throws IOException {
    this.ground = ground;
    this.lab = lab;
    this.config = config;
    this.disk = disk;
    var place = PlaceFile.write(lab, config, elsewhere(lab));
    this.judge = new Judge(Place.read(place), Cloud.read(place));
    this.agents =
        new Agents(
            lab.config(),
            Agents.PROGRAM.orKeepingAt(lab.folder().resolveSibling("agent.aot")),
            ground.converge());
  }

  /** One whose gateways are folders. */
  public static Site start(Path folder) throws IOException, InterruptedException {
    return start(folder, Ground.FOLDERS);
  }

  /** Starts it below the folder, and makes all policies live. */
  static Site start(Path folder, Ground ground) throws IOException, InterruptedException {
    var lab = Lab.in(folder.resolve("lab"));
    var disk = StateDisk.mount(folder.resolve(STATE));
    lab.up(new Lab.Size(GATEWAYS, ground == Ground.PODS, false), _ -> {});
    try {
      var site = new Site(ground, lab, ConfigReader.read(lab.config(), Map.of()), disk);
      site.must(site.agents.learn(site.newFolder("first"), "run", ALL));
      return site;
    } catch (InvalidConfig e) {
      throw new IllegalStateException("the lab's configuration is wrong: " + e.getMessage(), e);
    }
  }

  Ground ground() {
    return ground;
  }

  Lab lab() {
    return lab;
  }

  Agents agents() {
    return agents;
  }

  Config config() {
    return config;
  }

  public Judge judge() {
    return judge;
  }

  StateDisk disk() {
    return disk;
  }

  RedisCluster redis() {
    return RedisCluster.adopt(lab.folder().resolve("redis"));
  }

  /** Runs a command of the agent to its end. */
  public Agents.Ran run(String... words) throws IOException, InterruptedException {
    return agents.run(newFolder(words[0]), words);
  }

  /**
   * Runs a command on another machine: with a state folder of its own, and the probe key that all
   * agents of a domain share.
   */
  Agents.Ran runElsewhere(String... words) throws IOException, InterruptedException {
    var state = Files.createDirectories(elsewhere(lab));
    Files.copy(
        config.stateDir().resolve(PROBE_KEY),
        state.resolve(PROBE_KEY),
        StandardCopyOption.REPLACE_EXISTING);
    return agents.run(
        newFolder("elsewhere"), Map.of("DEPLOYCLAW_STATE_DIR", state.toString()), words);
  }

  private static Path elsewhere(Lab lab) {
    return lab.folder().resolveSibling("state-elsewhere");
  }

  /** The folder of one more process. */
  Path newFolder(String name) throws IOException {
    folders++;
    return Files.createDirectories(
        lab.folder().resolveSibling("agents").resolve("%05d-%s".formatted(folders, name)));
  }

  /** Forgets what the agents of the last trial said and noted. */
  void tidy() {
    Folders.delete(lab.folder().resolveSibling("agents"));
  }

  /** The words of a command that changes something now; what it needs before it is done here. */
  String[] words(Task task) throws IOException, InterruptedException {
    return switch (task) {
      case CHANGE -> new String[] {"run", change(), "--json"};
      case ROLLBACK -> new String[] {"rollback", "last", "--json"};
      case CANARY -> new String[] {"run", canary(), "--json"};
      case APPROVAL -> new String[] {"approve", held(change()), "--json"};
      case APPROVED_ROLLBACK -> new String[] {"approve", held("undo the last change"), "--json"};
    };
  }

  /** A request for a limit that isn't there. */
  String change() throws IOException {
    boolean low = judge.rule("wonka", "orders").startsWith(LOW);
    return "set wonka's orders limit to "
        + (low ? "90 per minute, burst 14" : "60 per minute, burst 10");
  }

  /** For two tenants, one of which has it first. */
  private String canary() throws IOException {
    boolean low = judge.rule("acme", "search").startsWith(FEW);
    return "set acme's and hooli's search limit to "
        + (low ? "1600" : "1500")
        + " per minute, burst 250, canary 50%";
  }

  /** The execution of a request that waits for an approval. */
  private String held(String request) throws IOException, InterruptedException {
    var ran = run("run", request + " but wait for my approval", "--json");
    var id = EXECUTION.matcher(ran.out());
    if (!id.find()) {
      throw new IllegalStateException("nothing is held: " + ran.said());
    }
    return id.group(1);
  }

  void inflict(String... words) {
    try {
      Faults.in(lab.folder()).inflict(List.of(words));
    } catch (Impossible e) {
      throw new IllegalStateException(String.join(" ", words) + ": " + e.getMessage(), e);
    }
  }

  /** Undoes all faults, and waits until everything answers. */
  void heal() {
    disk.free();
    var healed = Faults.in(lab.folder()).heal();
    var left = new ArrayList<>(healed.denied());
    left.addAll(healed.broken());
    if (!left.isEmpty()) {
      throw new IllegalStateException("the estate can't be healed: " + left);
    }
    redis().awaitWhole(WHOLE);
  }

  /** What is wrong once everybody had the time to follow. */
  List<String> wrong() {
    var wrong = new ArrayList<String>();
    boolean _ =
        Await.cameTrue(
            FOLLOW,
            () -> {
              wrong.clear();
              wrong.addAll(judge.wrong());
              return wrong.isEmpty();
            });
    return wrong;
  }

  /** Rejects what a trial left held, so that its epoch goes. */
  void reject() throws IOException, InterruptedException {
    for (String id : judge.held()) {
      var ran = run("reject", id);
      if (ran.exit() != ABORTED) {
        throw new IllegalStateException("rejecting " + id + ": " + ran.said());
      }
    }
  }

  /**
   * A task that nothing disturbs.
   *
   * @param took from its first call to its end
   */
  record Dry(List<String> calls, Duration took) {}

  /** Makes the changes that have less to do than all later ones. */
  void settle() throws IOException, InterruptedException {
    for (int i = 0; i < FIRST_RUNS; i++) {
      Dry _ = dry(Task.CHANGE);
    }
  }

  Dry dry(Task task) throws IOException, InterruptedException {
    var attempt = agents.noting(newFolder("dry"), words(task));
    boolean _ = attempt.began();
    long from = System.nanoTime();
    if (attempt.awaitEnd(WHOLE) != 0) {
      throw new IllegalStateException(
          "undisturbed, a " + task.word() + " fails: " + attempt.err() + attempt.out());
    }
    return new Dry(attempt.calls(), Duration.ofNanos(System.nanoTime() - from));
  }

  void must(Agents.Ran ran) {
    if (ran.exit() != 0) {
      throw new IllegalStateException("an agent that nothing disturbs: " + ran.said());
    }
  }

  /** Stops it, and removes its folder. */
  @Override
  public void close() {
    end(lab.folder().resolveSibling(""));
  }

  /** The same with one that somebody else has started, or began to. */
  static void end(Path folder) {
    var left = Lab.in(folder.resolve("lab")).down().left();
    if (left.isPresent()) {
      throw new IllegalStateException(left.get());
    }
    StateDisk.unmount(folder.resolve(STATE));
    Folders.delete(folder);
  }
}
