package dev.deployclaw.container.plugin.contract;

import static dev.deployclaw.container.plugin.contract.BrokenPromiseException.unless;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.executors.protocol.v1.EffectClass;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.Look;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.Purpose;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import dev.deployclaw.policy.model.DnsLabel;
import java.util.List;
import java.util.Locale;

/** What each executor host promises: who it is, and that it acts by grants alone. */
final class HostPromises {
  private static final int UNKNOWN_REVISION = 1_000;

  static final List<Promise> ALL =
      List.of(
          Promise.of("handshake", "names one executor and speaks revision 1", HostPromises::who),
          Promise.of("revisions", "refuses a revision that it doesn't speak", HostPromises::other),
          Promise.of("operations", "declares each operation's class", HostPromises::operations),
          Promise.of("seal", "refuses a call whose seal is forged", HostPromises::forged),
          Promise.of("edit", "refuses a call that was edited", HostPromises::edited),
          Promise.of("single-use", "refuses a grant that was used before", HostPromises::replayed),
          Promise.of("expiry", "refuses a grant that expired", HostPromises::expired),
          Promise.of("executor", "refuses a call for another executor", HostPromises::stranger),
          Promise.of("undeclared", "refuses an undeclared operation", HostPromises::undeclared),
          Promise.acting("look", "refuses a write that is declared as a read", HostPromises::spelt),
          Promise.acting("purpose", "acts only for an execution", HostPromises::purposeless));

  private HostPromises() {}

  private static void who(TestedPlugin plugin) throws BrokenPromiseException {
    var who = plugin.who();
    unless(who.getRevision() == 1, "it chose revision " + who.getRevision());
    unless(who.getExecutorsCount() == 1, "it has %d executors".formatted(who.getExecutorsCount()));
    String name = plugin.executor().getName();
    unless(DnsLabel.isLabel(name), "its executor's name \"" + name + "\" isn't a DNS label");
    unless(!who.getIncarnation().isEmpty(), "it names no incarnation");
  }

  private static void other(TestedPlugin plugin) throws BrokenPromiseException {
    var reply = plugin.handshake(UNKNOWN_REVISION, UNKNOWN_REVISION + 1);
    unless(reply.getRevision() == 0, "it accepted a revision " + reply.getRevision());
    unless(!reply.getProblem().isEmpty(), "it doesn't say why");
  }

  private static void operations(TestedPlugin plugin) throws BrokenPromiseException {
    unless(!plugin.verbs().isEmpty(), "it declares no operation");
    for (var operation : plugin.executor().getOperationsList()) {
      String verb = operation.getVerb();
      var effect = operation.getEffect();
      unless(verb.matches("[a-z][a-z0-9-]{0,62}"), "\"" + verb + "\" isn't a verb");
      boolean six = BackendExecutor.PARTICIPANT_VERBS.contains(verb);
      String word = PluginConfig.LEAST.getOrDefault(verb, "observe");
      var least = EffectClass.valueOf(word.toUpperCase(Locale.ROOT));
      unless(
          six ? effect.getNumber() >= least.getNumber() : effect == EffectClass.OBSERVE,
          "%s is declared as %s, and is of class %s".formatted(verb, effect, least));
    }
    long six = plugin.verbs().stream().filter(BackendExecutor.PARTICIPANT_VERBS::contains).count();
    unless(
        six == 0 || plugin.participates(),
        "it declares only %d of the six operations of a participant".formatted(six));
  }

  private static void forged(TestedPlugin plugin) throws BrokenPromiseException {
    var good = plugin.sealed(plugin.looking());
    byte[] seal = good.getSeal().toByteArray();
    seal[0] ^= 1;
    ungranted(plugin.send(seal(good, seal)));
    ungranted(plugin.send(seal(good, new byte[0])));
  }

  private static SealedCall seal(SealedCall call, byte[] seal) {
    return call.toBuilder().setSeal(com.google.protobuf.ByteString.copyFrom(seal)).build();
  }

  private static void edited(TestedPlugin plugin) throws BrokenPromiseException {
    var call = plugin.looking();
    var good = plugin.sealed(call);
    var edited = call.setGrant(call.getGrant() + "-edited").build().toByteString();
    ungranted(plugin.send(good.toBuilder().setCall(edited).build()));
  }

  private static void replayed(TestedPlugin plugin) throws BrokenPromiseException {
    var call = plugin.sealed(plugin.looking());
    var first = plugin.send(call);
    unless(first.hasDone(), "the first was answered by " + ParticipantCalls.words(first));
    ungranted(plugin.send(call));
  }

  private static void expired(TestedPlugin plugin) throws BrokenPromiseException {
    ungranted(plugin.send(plugin.looking().setExpiresMonotonicNanos(System.nanoTime() - 1)));
  }

  private static void stranger(TestedPlugin plugin) throws BrokenPromiseException {
    ungranted(plugin.send(plugin.looking().setExecutor("somebody-else")));
  }

  private static void undeclared(TestedPlugin plugin) throws BrokenPromiseException {
    ungranted(plugin.send(plugin.draft().setLook(look("never-declared"))));
  }

  private static void spelt(ParticipantCalls calls) throws BrokenPromiseException {
    ungranted(calls.plugin().send(calls.plugin().draft().setLook(look("publish"))));
  }

  private static Look.Builder look(String verb) {
    return Look.newBuilder().setVerb(verb).setArguments("{}");
  }

  private static void purposeless(ParticipantCalls calls) throws BrokenPromiseException {
    var staged = calls.staged(SampleSet.of(10));
    var purpose = Purpose.getDefaultInstance();
    ungranted(calls.plugin().send(calls.plugin().draft().setPublish(staged).setPurpose(purpose)));
    ungranted(calls.plugin().send(calls.discarding(staged.getEpoch()).setPurpose(purpose)));
  }

  private static void ungranted(Outcome outcome) throws BrokenPromiseException {
    unless(
        ParticipantCalls.isFault(outcome, Fault.Kind.UNGRANTED),
        "it was answered by " + ParticipantCalls.words(outcome) + ", not by UNGRANTED");
  }
}
