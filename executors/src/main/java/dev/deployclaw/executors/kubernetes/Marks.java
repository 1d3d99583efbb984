package dev.deployclaw.executors.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What stands on a Deployment or a served ConfigMap of the last publish: annotations of ours. A
 * ConfigMap that was put back as it was found keeps term and epoch alone, as a fence.
 *
 * @param term of the leader that published; 0 before the first
 * @param epoch 0 before the first
 * @param digest of the policy set
 * @param files digest of the files that the volume, or of the documents that the ConfigMap, was to
 *     show
 */
record Marks(long term, long epoch, String digest, String files) {
  static final String PREFIX = "deployclaw.dev/";

  private static final String TERM = PREFIX + "term";
  private static final String EPOCH = PREFIX + "epoch";
  private static final String DIGEST = PREFIX + "policy-digest";
  private static final String FILES = PREFIX + "files-digest";

  /** Empty where somebody wrote into them what we never write. */
  static Optional<Marks> of(HasMetadata object) {
    var all = object.getMetadata().getAnnotations();
    String term = all.getOrDefault(TERM, "0");
    String epoch = all.getOrDefault(EPOCH, "0");
    if (!isNumber(term) || !isNumber(epoch)) {
      return Optional.empty();
    }
    return Optional.of(
        new Marks(
            Long.parseLong(term),
            Long.parseLong(epoch),
            all.getOrDefault(DIGEST, ""),
            all.getOrDefault(FILES, "")));
  }

  Map<String, Object> annotations() {
    var out = new TreeMap<String, Object>();
    out.put(TERM, Long.toString(term));
    out.put(EPOCH, Long.toString(epoch));
    if (!digest.isEmpty()) {
      out.put(DIGEST, digest);
      out.put(FILES, files);
    }
    return out;
  }

  /** Of a ConfigMap that holds nothing of ours any more. */
  static Marks fence(long term, long epoch) {
    return new Marks(term, epoch, "", "");
  }

  /** Whether what stands there is an epoch's, and not what was found before. */
  boolean serves() {
    return epoch > 0 && !digest.isEmpty();
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,18}");
  }
}
