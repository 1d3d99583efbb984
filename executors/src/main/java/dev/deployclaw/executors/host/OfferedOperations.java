package dev.deployclaw.executors.host;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.executors.wire.OfferedExecutor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a host performs: what its executors can do and its table of operations knows. */
record OfferedOperations(HostedExecutors hosted) {
  /** What an act does, by its verb. Each other verb is a look's. */
  private static final Map<String, EffectClass> ACTS =
      Map.ofEntries(
          Map.entry("observe", EffectClass.OBSERVE),
          Map.entry("stage", EffectClass.STAGE),
          Map.entry("prepare", EffectClass.STAGE),
          Map.entry("publish", EffectClass.ACTIVATE),
          Map.entry("converge", EffectClass.OBSERVE),
          Map.entry("discard", EffectClass.DESTROY),
          Map.entry("probe", EffectClass.STAGE),
          Map.entry("heartbeat", EffectClass.STAGE),
          Map.entry("write-back", EffectClass.ACTIVATE),
          Map.entry("lost", EffectClass.OBSERVE),
          Map.entry("reassert", EffectClass.ACTIVATE),
          Map.entry("share", EffectClass.ACTIVATE));

  private static final Map<String, EffectClass> OBJECTS =
      Map.of(
          CallCodec.CREATE_OBJECT, EffectClass.STAGE, CallCodec.READ_OBJECT, EffectClass.OBSERVE);

  /** As the handshake gives it. */
  List<OfferedExecutor> described() {
    var out = new ArrayList<OfferedExecutor>();
    for (var executor : hosted.executors()) {
      var operations = new TreeMap<String, EffectClass>();
      for (String verb : executor.verbs()) {
        if (acts(executor, verb)) {
          operations.put(verb, ACTS.getOrDefault(verb, EffectClass.DESTROY));
        } else if (looks(executor, verb)) {
          operations.put(verb, EffectClass.OBSERVE);
        }
      }
      out.add(new OfferedExecutor(executor.name(), operations));
    }
    hosted.objects().ifPresent(_ -> out.add(OfferedExecutor.of(CallCodec.OBJECTS, OBJECTS)));
    return out;
  }

  /** As the verifier takes it. */
  Map<String, Set<String>> admitted() {
    var out = new TreeMap<String, Set<String>>();
    for (var executor : hosted.executors()) {
      var verbs = new HashSet<String>();
      for (String verb : executor.verbs()) {
        if (acts(executor, verb)) {
          verbs.add(verb);
        }
        if (looks(executor, verb)) {
          verbs.add(SealedCallVerifier.LOOK + verb);
        }
      }
      out.put(executor.name(), verbs);
    }
    hosted.objects().ifPresent(_ -> out.put(CallCodec.OBJECTS, OBJECTS.keySet()));
    return out;
  }

  private boolean acts(BackendExecutor executor, String verb) {
    return hosted.table().has(executor.name(), verb, false);
  }

  private boolean looks(BackendExecutor executor, String verb) {
    return hosted.table().has(executor.name(), verb, true);
  }
}
