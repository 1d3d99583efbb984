package dev.deployclaw.audit.verify.chain;

import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The keys that are trusted, and whether a signature goes back to one of them. Where the signing
 * key was rotated, each rotation is a record signed by the old key and by the new one: anyone who
 * trusts an old key follows them to the one that signed.
 *
 * @param keys none: only whether what is signed agrees with itself
 */
public record TrustedKeys(Set<String> keys) {
  public static final TrustedKeys NONE = new TrustedKeys(Set.of());

  private static final Set<String> FIELDS =
      Set.of("schema_version", "rotation", "time", "old", "new", "signature_old", "signature_new");

  public TrustedKeys {
    keys = Set.copyOf(keys);
  }

  public static TrustedKeys of(Optional<String> key) {
    return key.map(k -> new TrustedKeys(Set.of(k))).orElse(NONE);
  }

  /**
   * What is wrong with a signature.
   *
   * @param audit the object that holds {@code signature}, {@code key} and {@code rotations}
   * @param message what must be signed, by the rotations
   */
  public List<VerificationFinding> judge(
      Map<String, Object> audit, Function<List<?>, byte[]> message) {
    if (!(audit.get("signature") instanceof String signature)
        || !(audit.get("key") instanceof String key)) {
      return List.of(new VerificationFinding(Code.SIGNATURE, 0, "the head isn't signed"));
    }
    var findings = new ArrayList<VerificationFinding>();
    var rotations = StrictJson.objects(audit.get("rotations"));
    var fault = fault(audit, rotations, key);
    fault.ifPresent(what -> findings.add(new VerificationFinding(Code.ROTATION, 0, what)));
    boolean followed = fault.isEmpty() && rotations.stream().anyMatch(r -> trusts(r.get("old")));
    if (!keys.isEmpty() && !keys.contains(key) && !followed) {
      findings.add(
          new VerificationFinding(Code.KEY, 0, "signed with a key that isn't the trusted one"));
    } else if (!HeadSignature.holds(message.apply(rotations), signature, key)) {
      findings.add(
          new VerificationFinding(Code.SIGNATURE, 0, "the signature doesn't fit the head"));
    }
    return findings;
  }

  private boolean trusts(@Nullable Object key) {
    return key instanceof String s && keys.contains(s);
  }

  /** What is wrong with the way from the first key to the one that signed. */
  private static Optional<String> fault(
      Map<String, Object> audit, List<Map<String, Object>> rotations, String signer) {
    if (!audit.containsKey("rotations")) {
      return Optional.empty();
    }
    boolean whole =
        audit.get("rotations") instanceof List<?> list
            && !list.isEmpty()
            && list.size() == rotations.size();
    if (!whole) {
      return Optional.of("the rotations aren't a list of them");
    }
    @Nullable Object before = rotations.getFirst().get("old");
    for (int i = 0; i < rotations.size(); i++) {
      var rotation = rotations.get(i);
      if (!holds(rotation, i + 1) || !Objects.equals(rotation.get("old"), before)) {
        return Optional.of("rotation " + (i + 1) + " isn't signed by both keys, or doesn't follow");
      }
      before = rotation.get("new");
    }
    return signer.equals(before)
        ? Optional.empty()
        : Optional.of("the last rotation doesn't lead to the key that signed");
  }

  private static boolean holds(Map<String, Object> rotation, long number) {
    if (!rotation.keySet().equals(FIELDS)
        || !Long.valueOf(1).equals(rotation.get("schema_version"))
        || !Long.valueOf(number).equals(rotation.get("rotation"))) {
      return false;
    }
    return rotation.get("time") instanceof String time
        && rotation.get("old") instanceof String old
        && rotation.get("new") instanceof String fresh
        && rotation.get("signature_old") instanceof String byOld
        && rotation.get("signature_new") instanceof String byNew
        && !old.equals(fresh)
        && HeadSignature.holds(HeadSignature.rotation(number, time, old, fresh), byOld, old)
        && HeadSignature.holds(HeadSignature.rotation(number, time, old, fresh), byNew, fresh);
  }
}
