package dev.deployclaw.policy.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A policy set as it lies in the configuration store: a manifest and compressed chunks. Equal sets
 * give equal entries, so a stage can be repeated.
 *
 * <p>The manifest is canonical JSON: {@code digest} and {@code length} of the plain bytes, {@code
 * chunks} (how many) and {@code sha256} of all chunks in order, which together are one gzip stream
 * (RFC 1952).
 *
 * @param manifest stored under {@code policy/<epoch>/manifest}
 * @param chunks stored under {@code policy/<epoch>/chunk/<i>}, from 0
 */
public record StoredPolicySet(byte[] manifest, List<byte[]> chunks) {
  /** What one chunk holds at most: well below etcd's limit of 1.5 MiB a request. */
  public static final int CHUNK_BYTES = 1 << 20;

  /** The largest set that is read back; a manifest that promises more is refused. */
  public static final int MOST_BYTES = 256 << 20;

  private static final int BUFFER_BYTES = 64 << 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  public StoredPolicySet {
    chunks = List.copyOf(chunks);
  }

  public static String manifestKey(long epoch) {
    return prefix(epoch) + "manifest";
  }

  public static String chunkKey(long epoch, int index) {
    return prefix(epoch) + "chunk/" + index;
  }

  /** What all keys of an epoch start with. */
  public static String prefix(long epoch) {
    return "policy/" + epoch + "/";
  }

  /**
   * @param bytes the canonical bytes of a policy set
   * @param digest their SHA-256 in hex; not computed again
   */
  public static StoredPolicySet encode(byte[] bytes, String digest) {
    byte[] packed = pack(bytes);
    List<byte[]> chunks = new ArrayList<>();
    for (int from = 0; from < packed.length; from += CHUNK_BYTES) {
      chunks.add(Arrays.copyOfRange(packed, from, Math.min(packed.length, from + CHUNK_BYTES)));
    }
    byte[] manifest =
        CanonicalJson.bytes(
            Map.of(
                "digest",
                digest,
                "length",
                bytes.length,
                "chunks",
                chunks.size(),
                "sha256",
                CanonicalJson.sha256(packed)));
    return new StoredPolicySet(manifest, chunks);
  }

  /**
   * The plain bytes, after every length and digest was compared.
   *
   * @throws DamagedSetException when the entries are not what the manifest says
   */
  public static byte[] decode(byte[] manifest, List<byte[]> chunks) {
    var promise = Manifest.parse(manifest);
    byte[] bytes = unpack(promise, chunks);
    promise.require(bytes);
    return bytes;
  }

  /**
   * The same, but for the digest of the plain bytes: {@link Manifest#require} compares it, which
   * takes as long again.
   */
  public static byte[] unpack(Manifest promise, List<byte[]> chunks) {
    if (chunks.size() != promise.chunks()) {
      throw new DamagedSetException(
          "there are " + chunks.size() + " chunks instead of " + promise.chunks(), null);
    }
    byte[] packed = join(chunks);
    if (!CanonicalJson.sha256(packed).equals(promise.sha256())) {
      throw new DamagedSetException("the chunks' SHA-256 differs from the manifest's", null);
    }
    return unpack(packed, promise.length());
  }

  /** What a manifest promises. */
  public record Manifest(String digest, int length, int chunks, String sha256) {
    /**
     * @throws DamagedSetException when it isn't a manifest, or promises more than {@link
     *     #MOST_BYTES}
     */
    public static Manifest parse(byte[] manifest) {
      JsonNode json = read(manifest);
      int length = json.path("length").asInt(-1);
      int chunks = json.path("chunks").asInt(-1);
      if (length < 0 || length > MOST_BYTES || chunks < 0 || chunks > MOST_BYTES / CHUNK_BYTES) {
        throw new DamagedSetException("the manifest's length or chunks are out of range", null);
      }
      return new Manifest(
          json.path("digest").asText(""), length, chunks, json.path("sha256").asText(""));
    }

    /**
     * @throws DamagedSetException when these aren't the plain bytes
     */
    public void require(byte[] bytes) {
      if (!CanonicalJson.sha256(bytes).equals(digest)) {
        throw new DamagedSetException("the set's digest differs from the manifest's", null);
      }
    }

    private static JsonNode read(byte[] manifest) {
      try {
        return JSON.readTree(manifest);
      } catch (JsonProcessingException e) {
        throw new DamagedSetException("the manifest isn't JSON", e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The entries don't make up the set that their manifest promises. */
  public static final class DamagedSetException extends RuntimeException {
    DamagedSetException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  private static byte[] pack(byte[] bytes) {
    var out = new ByteArrayOutputStream(bytes.length / 4 + 64);
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Reads one byte more than promised at most, so that a bomb can't fill the memory. */
  private static byte[] unpack(byte[] packed, int length) {
    byte[] bytes = new byte[length];
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(packed), BUFFER_BYTES)) {
      if (gzip.readNBytes(bytes, 0, length) != length || gzip.read() >= 0) {
        throw new DamagedSetException("the set's length differs from the manifest's", null);
      }
      return bytes;
    } catch (IOException e) {
      throw new DamagedSetException("the chunks aren't a gzip stream", e);
    }
  }

  private static byte[] join(List<byte[]> chunks) {
    var out = new ByteArrayOutputStream(chunks.size() * 1024);
    chunks.forEach(out::writeBytes);
    return out.toByteArray();
  }
}
