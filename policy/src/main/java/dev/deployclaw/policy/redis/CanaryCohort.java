package dev.deployclaw.policy.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The tenants that decide by a candidate epoch: those whose root group's position is below a share
 * of {@link #WHOLE}. A larger share has all tenants of a smaller one, and a root group is never
 * split. The function in {@code decide.lua} computes the same positions.
 *
 * @param share from 0, nobody, to {@link #WHOLE}, everybody
 */
public record CanaryCohort(int share) {
  public static final int WHOLE = 10_000;
  public static final CanaryCohort NOBODY = new CanaryCohort(0);

  /** Of the hash, as many hexadecimal digits count: 32 bits, so that each position is as likely. */
  private static final int DIGITS = 8;

  public CanaryCohort {
    if (share < 0 || share > WHOLE) {
      throw new IllegalArgumentException("a cohort's share is 0 to " + WHOLE + ", not " + share);
    }
  }

  /** Where a root group stands, from 0 to {@link #WHOLE} - 1: by its name alone. */
  public static int position(String root) {
    String hash = HexFormat.of().formatHex(sha1(root)).substring(0, DIGITS);
    return (int) (Long.parseLong(hash, 16) % WHOLE);
  }

  /** Whether the tenants of a root group belong to it. */
  public boolean includes(String root) {
    return position(root) < share;
  }

  /** Not for secrecy: Redis scripting has no other hash. */
  private static byte[] sha1(String text) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
