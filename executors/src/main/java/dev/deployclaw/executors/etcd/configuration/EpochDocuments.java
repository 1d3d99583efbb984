package dev.deployclaw.executors.etcd.configuration;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One epoch as services read it: a policy document for each tenant, and a manifest that is written
 * last, so that an epoch without one was never staged.
 *
 * @param documents by tenant
 * @param manifest empty, or canonical JSON: the set's {@code digest}, the number of {@code
 *     tenants}, and {@code sha256} over all documents
 */
record EpochDocuments(SortedMap<String, byte[]> documents, byte[] manifest) {
  private static final byte[] NOTHING = {};
  private static final ObjectMapper JSON = new ObjectMapper();

  EpochDocuments {
    documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
  }

  static EpochDocuments of(EpochSpec activation) {
    var documents = new TreeMap<String, byte[]>();
    PolicySet set = activation.set();
    set.tenants()
        .forEach((tenant, policy) ->
            documents.put(tenant, PolicyYamlWriter.yaml(policy).getBytes(StandardCharsets.UTF_8)));
    return new EpochDocuments(documents, manifest(activation.digest(), documents));
  }

  /** What a store holds of an epoch, perhaps half of it. */
  static EpochDocuments read(StateStore store, long epoch) throws InterruptedException {
    var documents = new TreeMap<String, byte[]>();
    byte[] manifest = NOTHING;
    String tenants = prefix(epoch) + "tenants/";
    for (Entry entry : store.list(prefix(epoch))) {
      if (entry.key().startsWith(tenants)) {
        documents.put(entry.key().substring(tenants.length()), entry.value());
      } else if (entry.key().equals(manifestKey(epoch))) {
        manifest = entry.value();
      }
    }
    return new EpochDocuments(documents, manifest);
  }

  /** Whether it was staged to its end. */
  boolean whole() {
    return manifest.length > 0;
  }

  /** Of which set the manifest says that it is; empty where it says of none. */
  Optional<String> digest() {
    try {
      return Optional.ofNullable(JSON.readTree(manifest).path("digest").textValue());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Documents first, the manifest last. */
  List<Write> writes(long epoch) {
    List<Write> writes = new ArrayList<>();
    documents.forEach(
        (tenant, text) -> writes.add(new Write.Put(prefix(epoch) + "tenants/" + tenant, text)));
    writes.add(new Write.Put(manifestKey(epoch), manifest));
    return writes;
  }

  /** Whether both are the same, byte for byte. */
  boolean same(EpochDocuments other) {
    return Arrays.equals(manifest, other.manifest)
        && documents.keySet().equals(other.documents.keySet())
        && documents.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), other.documents.get(e.getKey())));
  }

  /** Whether the manifest is the one that these documents have under a digest. */
  boolean intact(String digest) {
    return Arrays.equals(manifest, manifest(digest, documents));
  }

  /** For an observation: what is there, each as text, or in base64 where it is none. */
  Map<String, Object> facts() {
    var texts = new TreeMap<String, Object>();
    documents.forEach((tenant, bytes) -> texts.put(tenant, DesiredGatewayFile.kept(bytes)));
    return Map.of("documents", texts, "manifest", DesiredGatewayFile.kept(manifest));
  }

  /** What all keys of an epoch start with. */
  static String prefix(long epoch) {
    return "epochs/" + epoch + "/";
  }

  static String manifestKey(long epoch) {
    return prefix(epoch) + "manifest";
  }

  static byte[] manifest(String digest, SortedMap<String, byte[]> documents) {
    var all = new ByteArrayOutputStream();
    documents.forEach((tenant, text) -> {
      all.writeBytes((tenant + "\0" + text.length + "\0").getBytes(StandardCharsets.UTF_8));
      all.writeBytes(text);
    });
    return CanonicalJson.bytes(
        Map.of(
            "digest", digest,
            "tenants", documents.size(),
            "sha256", CanonicalJson.sha256(all.toByteArray())));
  }
}
