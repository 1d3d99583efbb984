package dev.deployclaw.executors.kubernetes.configmap;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is on a Deployment or a served ConfigMap of the last publish: annotations of ours. A
 * ConfigMap that was put back as it was found keeps term and epoch alone, as a fence.
 *
 * @param term of the leader that published; 0 before the first
 * @param epoch 0 before the first
 * @param digest of the policy set
 * @param files digest of the files that the volume, or of the documents that the ConfigMap, was to
 *     show
 */
public record PublishAnnotations(long term, long epoch, String digest, String files) {
  public static final String PREFIX = "deployclaw.dev/";

  private static final String TERM = "term";
  private static final String EPOCH = "epoch";
  private static final String DIGEST = "policy-digest";
  private static final String FILES = "files-digest";

  /** Empty where somebody wrote into them what we never write. */
  public static Optional<PublishAnnotations> of(HasMetadata object) {
    return of(object, PREFIX);
  }

  /** Those whose names begin so. */
  static Optional<PublishAnnotations> of(HasMetadata object, String prefix) {
    var all = object.getMetadata().getAnnotations();
    String term = all.getOrDefault(prefix + TERM, "0");
    String epoch = all.getOrDefault(prefix + EPOCH, "0");
    if (!isNumber(term) || !isNumber(epoch)) {
      return Optional.empty();
    }
    return Optional.of(
        new PublishAnnotations(
            Long.parseLong(term),
            Long.parseLong(epoch),
            all.getOrDefault(prefix + DIGEST, ""),
            all.getOrDefault(prefix + FILES, "")));
  }

  public Map<String, Object> annotations() {
    return annotations(PREFIX);
  }

  Map<String, Object> annotations(String prefix) {
    var out = new TreeMap<String, Object>();
    out.put(prefix + TERM, Long.toString(term));
    out.put(prefix + EPOCH, Long.toString(epoch));
    if (!digest.isEmpty()) {
      out.put(prefix + DIGEST, digest);
      out.put(prefix + FILES, files);
    }
    return out;
  }

  /** Of a ConfigMap that holds nothing of ours any more. */
  public static PublishAnnotations fence(long term, long epoch) {
    return new PublishAnnotations(term, epoch, "", "");
  }

  /** Whether what is there is an epoch's, and not what was found before. */
  public boolean serves() {
    return epoch > 0 && !digest.isEmpty();
  }

  static boolean isNumber(String text) {
    return text.matches("\\d{1,18}");
  }
}
