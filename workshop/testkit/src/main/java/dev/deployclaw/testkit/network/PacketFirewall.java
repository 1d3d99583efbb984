package dev.deployclaw.testkit.network;

import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.lang3.function.Failable;

/**
 * What is done to TCP packets on this machine's loopback on behalf of one folder: a chain of its
 * own, to which netfilter's INPUT jumps. The folder remembers the chain, so that a later process
 * can undo it, and another folder's chain is never touched.
 */
public final class PacketFirewall {
  private static final String REMEMBERED = "firewall.chain";
  private static final String PREFIX = "DEPLOYCLAW-";
  private static final int NAME_BYTES = 6;

  /** Netfilter takes a comment of 255 characters. */
  private static final int LONGEST_COMMENT = 200;

  private static final String WAIT_SECONDS = "10";

  /** What netfilter's multiport match takes. */
  private static final int MOST_PORTS = 15;

  /** How often the jump may have been set by starts that were cut off. */
  private static final int MOST_JUMPS = 10;

  private final Path folder;

  private PacketFirewall(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  public static PacketFirewall of(Path folder) {
    return new PacketFirewall(folder);
  }

  /** Why no rule can be set or taken back; the message names the remedy. */
  public static final class FirewallException extends Exception {
    public FirewallException(String message) {
      super(message);
    }
  }

  /** Packets to which all of the words apply, in the language of iptables. */
  public record Packets(List<String> words) {
    public Packets {
      words = List.copyOf(words);
    }

    public static Packets between(Collection<Integer> ports) {
      return ports("--ports", ports);
    }

    public static Packets to(Collection<Integer> ports) {
      return ports("--dports", ports);
    }

    public static Packets from(Collection<Integer> ports) {
      return ports("--sports", ports);
    }

    public Packets sentBy(String address) {
      return and("-s", address);
    }

    public Packets sentTo(String address) {
      return and("-d", address);
    }

    public static Packets all() {
      return new Packets(List.of("-p", "tcp"));
    }

    private static Packets ports(String side, Collection<Integer> ports) {
      if (ports.isEmpty() || ports.size() > MOST_PORTS) {
        throw new IllegalArgumentException("not 1 to " + MOST_PORTS + " ports: " + ports);
      }
      String list = ports.stream().map(String::valueOf).collect(Collectors.joining(","));
      return all().and("-m", "multiport", side, list);
    }

    private Packets and(String... more) {
      List<String> all = new ArrayList<>(words);
      all.addAll(List.of(more));
      return new Packets(all);
    }
  }

  /** Why rules can't be set here, with the remedy; empty where they can. */
  public static Optional<String> obstacle() {
    try {
      list();
      return Optional.empty();
    } catch (FirewallException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  public void drop(Packets packets) throws FirewallException {
    rule("-I", packets, "-j", "DROP");
  }

  /** From now on these packets wait in a queue of the kernel; without a reader they go on. */
  public void queue(Packets packets, int number) throws FirewallException {
    rule("-A", packets, "-j", "NFQUEUE", "--queue-num", "" + number, "--queue-bypass");
  }

  /** Removes the chain, if one was set up; repeating it changes nothing. */
  public void clear() throws FirewallException {
    Optional<String> remembered = remembered();
    if (remembered.isEmpty()) {
      return;
    }
    String chain = remembered.get();
    for (int i = 0; i < MOST_JUMPS && list().contains("-j " + chain); i++) {
      run(jump("-D", chain));
    }
    if (list().contains("-N " + chain)) {
      run(List.of("-F", chain));
      run(List.of("-X", chain));
    }
    if (list().contains(chain)) {
      throw new FirewallException("the chain " + chain + " can't be removed; see: iptables -S");
    }
    forget();
  }

  public List<String> rules() throws FirewallException {
    Optional<String> chain = remembered();
    return list()
        .lines()
        .filter(line -> chain.isPresent() && line.contains(chain.get()) && !line.startsWith("-N "))
        .toList();
  }

  private void rule(String where, Packets packets, String... target) throws FirewallException {
    String chain = establish();
    List<String> words = new ArrayList<>(List.of(where, chain));
    words.addAll(packets.words());
    words.addAll(List.of(target));
    run(words);
  }

  /** Remembers the chain, then sets it up, so that no chain is ever unknown to the folder. */
  private String establish() throws FirewallException {
    String chain = remembered().orElseGet(PacketFirewall::newName);
    String rules = list();
    TestFiles.write(folder.resolve(REMEMBERED), chain + "\n");
    if (!rules.contains("-N " + chain)) {
      run(List.of("-N", chain));
    }
    if (!rules.contains("-j " + chain)) {
      run(jump("-I", chain));
    }
    return chain;
  }

  /** Says whose it is, for people who find it without the folder. */
  private List<String> jump(String what, String chain) {
    String whole = "set by " + folder;
    String comment = whole.substring(0, Math.min(LONGEST_COMMENT, whole.length()));
    return List.of(what, "INPUT", "-i", "lo", "-m", "comment", "--comment", comment, "-j", chain);
  }

  private static String list() throws FirewallException {
    return run(List.of("-S"));
  }

  private static String run(List<String> words) throws FirewallException {
    List<String> command = new ArrayList<>(List.of(iptables(), "-w", WAIT_SECONDS));
    command.addAll(words);
    var ended = CommandRunner.of(command).in(Path.of("/")).run();
    if (ended.exit() != 0) {
      throw new FirewallException(reason(ended.said()));
    }
    return ended.said();
  }

  private static String iptables() throws FirewallException {
    try {
      return ExecutableFinder.find("iptables");
    } catch (IllegalStateException e) {
      throw new FirewallException(String.valueOf(e.getMessage()));
    }
  }

  static String reason(String said) {
    String what = said.lines().filter(l -> !l.startsWith("Try ")).findFirst().orElse("");
    if (said.contains("ermission denied") || said.contains("not permitted")) {
      return "a rule on the loopback needs root (in a container the capability NET_ADMIN): try with"
          + " sudo; it was said: "
          + what;
    }
    return "no rule can be set: " + what + "; does this kernel have netfilter and NFQUEUE?";
  }

  private Optional<String> remembered() {
    try {
      return Optional.of(Files.readString(folder.resolve(REMEMBERED)).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void forget() {
    Failable.run(() -> Files.deleteIfExists(folder.resolve(REMEMBERED)));
  }

  private static String newName() {
    byte[] bytes = new byte[NAME_BYTES];
    new SecureRandom().nextBytes(bytes);
    return PREFIX + HexFormat.of().formatHex(bytes);
  }
}
