package dev.deployclaw.executors.wire;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.executors.protocol.v1.Activation;
import dev.deployclaw.executors.protocol.v1.Candidate;
import dev.deployclaw.executors.protocol.v1.PolicySetReference;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** An epoch as a message: what is large in it is named by its SHA-256. */
final class ActivationCodec {
  private static final String SHARE = "share";

  private ActivationCodec() {}

  static Activation encode(EpochSpec epoch, EncodedCall.Contents contents) {
    var out =
        Activation.newBuilder()
            .setExecution(epoch.execution())
            .setEpoch(epoch.epoch())
            .setSet(reference(epoch.digest(), epoch.set(), contents))
            .setPredecessor(epoch.predecessor())
            .setBack(epoch.back())
            .setStep(epoch.step())
            .addAllLeftOut(new TreeSet<>(epoch.leftOut()));
    epoch
        .previous()
        .ifPresent(set -> out.setPrevious(reference(contents.digests().of(set), set, contents)));
    epoch.restores().ifPresent(found -> out.setRestoresSha256(restores(found, contents)));
    epoch.candidate().ifPresent(tried -> out.setCandidate(candidate(tried, contents)));
    return out.build();
  }

  private static PolicySetReference reference(
      String digest, PolicySet set, EncodedCall.Contents contents) {
    String sha256 = contents.named(contents.digests().of(set), set::bytes);
    return PolicySetReference.newBuilder().setDigest(digest).setContentSha256(sha256).build();
  }

  private static String restores(ObservedState found, EncodedCall.Contents contents) {
    byte[] bytes = RestoreCodec.bytes(found);
    return contents.named(CanonicalJson.sha256(bytes), () -> bytes);
  }

  private static Candidate candidate(EpochSpec.Candidate tried, EncodedCall.Contents contents) {
    return Candidate.newBuilder()
        .setEpoch(tried.epoch())
        .setSet(reference(tried.digest(), tried.set(), contents))
        .setCohort(WireJson.text(Map.of(SHARE, tried.cohort().share())))
        .build();
  }

  /**
   * @param missing where digests go whose content isn't kept; the result is empty then
   */
  static Optional<EpochSpec> decode(
      Activation message, ContentSource content, Collection<String> missing)
      throws UnreadableMessageException {
    if (message.getEpoch() < 1 || !message.hasSet()) {
      throw new UnreadableMessageException("its activation names no epoch or no set");
    }
    var reader = new ContentReader(content, missing);
    var set = reader.set(message.getSet());
    Optional<PolicySet> previous =
        message.hasPrevious() ? reader.set(message.getPrevious()) : Optional.empty();
    Optional<ObservedState> restores =
        message.hasRestoresSha256()
            ? reader.restores(message.getRestoresSha256())
            : Optional.empty();
    Optional<EpochSpec.Candidate> candidate =
        message.hasCandidate() ? candidate(message.getCandidate(), reader) : Optional.empty();
    if (!missing.isEmpty()) {
      return Optional.empty();
    }
    return set.map(there ->
        new EpochSpec(
            message.getExecution(),
            message.getEpoch(),
            message.getSet().getDigest(),
            there,
            message.getPredecessor(),
            previous,
            message.getBack(),
            restores,
            message.getStep(),
            candidate,
            Set.copyOf(message.getLeftOutList())));
  }

  private static Optional<EpochSpec.Candidate> candidate(Candidate message, ContentReader reader)
      throws UnreadableMessageException {
    var cohort = cohort(message.getCohort());
    return reader
        .set(message.getSet())
        .map(set ->
            new EpochSpec.Candidate(message.getEpoch(), message.getSet().getDigest(), set, cohort));
  }

  private static CanaryCohort cohort(String json) throws UnreadableMessageException {
    if (WireJson.object(json).get(SHARE) instanceof Long share
        && share >= 0
        && share <= CanaryCohort.WHOLE) {
      return new CanaryCohort(share.intValue());
    }
    throw new UnreadableMessageException("its candidate's cohort has no share");
  }

  /** Reads content, and notes what isn't there. */
  private record ContentReader(ContentSource content, Collection<String> missing) {
    Optional<PolicySet> set(PolicySetReference reference) throws UnreadableMessageException {
      try {
        return noted(reference.getContentSha256(), content.set(reference.getContentSha256()));
      } catch (IllegalArgumentException e) {
        throw new UnreadableMessageException("its content isn't a policy set: " + e.getMessage());
      }
    }

    Optional<ObservedState> restores(String sha256) throws UnreadableMessageException {
      try {
        return noted(sha256, content.restores(sha256));
      } catch (IllegalArgumentException e) {
        throw new UnreadableMessageException("its content isn't an observation: " + e.getMessage());
      }
    }

    private <T> Optional<T> noted(String sha256, Optional<T> found) {
      if (found.isEmpty()) {
        missing.add(sha256);
      }
      return found;
    }
  }
}
