package dev.deployclaw.executors.host;

import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.executors.wire.ContentSource;
import dev.deployclaw.executors.wire.RestoreCodec;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Bytes by their SHA-256, as many as the bounds allow: what wasn't asked for the longest goes
 * first. A policy set is parsed once, however many calls name it. For any thread.
 */
public final class ContentCache implements ContentSource {
  /** The protocol promises eight. */
  private static final int MOST_ENTRIES = 16;

  private static final long MOST_BYTES = 256L << 20;

  private final int mostEntries;
  private final long mostBytes;
  private final Map<String, Kept> kept = new LinkedHashMap<>(MOST_ENTRIES, 0.75f, true);
  private long bytes;

  public ContentCache() {
    this(MOST_ENTRIES, MOST_BYTES);
  }

  ContentCache(int mostEntries, long mostBytes) {
    this.mostEntries = mostEntries;
    this.mostBytes = mostBytes;
  }

  /** Keeps the bytes; the result is their SHA-256. */
  public String put(byte[] content) {
    String sha256 = CanonicalJson.sha256(content);
    keep(sha256, content);
    return sha256;
  }

  private synchronized void keep(String sha256, byte[] content) {
    if (kept.putIfAbsent(sha256, new Kept(content)) == null) {
      bytes += content.length;
    }
    var oldest = kept.entrySet().iterator();
    while (kept.size() > mostEntries || (bytes > mostBytes && kept.size() > 1)) {
      bytes -= oldest.next().getValue().content.length;
      oldest.remove();
    }
  }

  @Override
  public Optional<byte[]> bytes(String sha256) {
    return find(sha256).map(entry -> entry.content);
  }

  @Override
  public Optional<PolicySet> set(String sha256) {
    return find(sha256).map(entry -> entry.parsed(PolicySet.class, PolicySet::parse));
  }

  @Override
  public Optional<ObservedState> restores(String sha256) {
    return find(sha256).map(entry -> entry.parsed(ObservedState.class, RestoreCodec::read));
  }

  private synchronized Optional<Kept> find(String sha256) {
    return Optional.ofNullable(kept.get(sha256));
  }

  /** Bytes, and what they were last read as. */
  private static final class Kept {
    private final byte[] content;
    private @Nullable Object parsed;

    Kept(byte[] content) {
      this.content = content;
    }

    /** Who comes second waits for the first. */
    synchronized <T> T parsed(Class<T> type, Function<byte[], T> reader) {
      if (type.isInstance(parsed)) {
        return type.cast(parsed);
      }
      T fresh = reader.apply(content);
      parsed = fresh;
      return fresh;
    }
  }
}
