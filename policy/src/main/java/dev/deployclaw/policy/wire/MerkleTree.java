package dev.deployclaw.policy.wire;

import dev.deployclaw.policy.json.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A tree of SHA-256 hashes over many texts (RFC 9162, section 2.1). Who trusts its root can be
 * shown that a text is one of them by the few hashes on the way up, here called its path: at each
 * level the other hash, and on which side it stands.
 */
final class MerkleTree {
  /** Enough for a million texts. */
  static final int LONGEST_PATH = 20;

  private static final int HASH = 32;
  private static final int STEP = 1 + HASH;
  private static final byte LEFT = 0;
  private static final byte RIGHT = 1;

  /** Texts and nodes are hashed apart, so that no node passes for a text. */
  private static final byte TEXT = 0;

  private static final byte NODE = 1;

  /** From the texts' hashes to the root; a last one without a partner goes up as it is. */
  private final List<List<byte[]>> levels = new ArrayList<>();

  private MerkleTree(List<byte[]> hashes) {
    levels.add(hashes);
  }

  /**
   * @param texts at least one, at most 2^{@link #LONGEST_PATH}
   */
  static MerkleTree of(List<byte[]> texts) {
    if (texts.isEmpty() || texts.size() > 1 << LONGEST_PATH) {
      throw new IllegalArgumentException("no tree of " + texts.size() + " texts");
    }
    var tree = new MerkleTree(texts.stream().map(t -> hash(TEXT, t)).toList());
    while (tree.levels.getLast().size() > 1) {
      tree.levels.add(above(tree.levels.getLast()));
    }
    return tree;
  }

  byte[] root() {
    return levels.getLast().getFirst();
  }

  byte[] path(int text) {
    var path = new ByteArrayOutputStream();
    int at = text;
    for (var level : levels) {
      int other = at ^ 1;
      if (other < level.size()) {
        path.write(other < at ? LEFT : RIGHT);
        path.writeBytes(level.get(other));
      }
      at /= 2;
    }
    return path.toByteArray();
  }

  /** The root of the tree that a text with this path stands in. */
  static byte[] root(byte[] text, byte[] path) {
    if (path.length % STEP != 0 || path.length > LONGEST_PATH * STEP) {
      throw new IllegalArgumentException("no path has " + path.length + " bytes");
    }
    byte[] at = hash(TEXT, text);
    for (int i = 0; i < path.length; i += STEP) {
      byte[] other = Arrays.copyOfRange(path, i + 1, i + STEP);
      at = path[i] == LEFT ? hash(NODE, other, at) : hash(NODE, at, other);
    }
    return at;
  }

  private static List<byte[]> above(List<byte[]> level) {
    var above = new ArrayList<byte[]>();
    for (int i = 0; i < level.size(); i += 2) {
      boolean paired = i + 1 < level.size();
      above.add(paired ? hash(NODE, level.get(i), level.get(i + 1)) : level.get(i));
    }
    return above;
  }

  private static byte[] hash(byte kind, byte[]... parts) {
    var digest = CanonicalJson.sha256();
    digest.update(kind);
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }
}
