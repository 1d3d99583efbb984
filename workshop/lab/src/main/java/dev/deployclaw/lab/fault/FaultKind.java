package dev.deployclaw.lab.fault;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be done to a lab. */
public enum FaultKind {
  KILL("kill", "TARGET", "ends a process at once (SIGKILL)", "kill gateways/gw-01"),
  PAUSE("pause", "TARGET", "a process keeps its connections and answers nothing", "pause etcd"),
  CUT(
      "cut",
      "TARGET [TARGET]",
      "all packets of a process are lost; of two Redis nodes: those of their replication",
      "cut redis/node-12001 redis/node-12002"),
  MUTE(
      "mute",
      "TARGET",
      "outgoing packets of a process are lost, incoming ones arrive: work is done, and "
          + "no answer comes",
      "mute etcd"),
  DEAFEN(
      "deafen",
      "TARGET",
      "incoming packets of a process are lost, outgoing ones arrive",
      "deafen s3"),
  DELAY(
      "delay",
      "TARGET [TARGET] MS",
      "each packet to a process waits; of two Redis nodes: what one replicates to the other",
      "delay etcd 40"),
  SKEW(
      "skew",
      "NODE MS",
      "a Redis node's clock goes ahead, or behind by a negative amount",
      "skew redis/node-12001 40"),
  UNGUARD(
      "unguard",
      "GATEWAY",
      "a gateway (folder, pod or container) asks no service and lets everything through",
      "unguard gw-01"),
  WRONG_REDIS(
      "wrong-redis",
      "NAMESPACE",
      "a namespace's rate limit service counts in another, empty Redis",
      "wrong-redis edge-eu"),
  OLD_NODE(
      "old-node",
      "NAMESPACE",
      "new pods there get an NGINX that doesn't know auth_request (lab up --kubernetes)",
      "old-node edge-us"),
  STOP_CONTROLLERS(
      "stop-controllers",
      "kubernetes",
      "changed Deployments have no effect; API server and pods still run (lab up --kubernetes)",
      "stop-controllers kubernetes");

  private final String word;
  private final String arguments;
  private final String meaning;
  private final String example;

  FaultKind(String word, String arguments, String meaning, String example) {
    this.word = word;
    this.arguments = arguments;
    this.meaning = meaning;
    this.example = example;
  }

  public String word() {
    return word;
  }

  public String usage() {
    return word + " " + arguments;
  }

  public String meaning() {
    return meaning;
  }

  public String example() {
    return example;
  }

  static FaultKind of(String word) throws ImpossibleFaultException {
    return find(word)
        .orElseThrow(() ->
            new ImpossibleFaultException("there is no fault " + word + "; known: " + words()));
  }

  static Optional<FaultKind> find(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
  }

  private static String words() {
    return Arrays.stream(values()).map(FaultKind::word).collect(Collectors.joining(", "));
  }
}
