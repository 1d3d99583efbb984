package dev.deployclaw.ratelimit.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into replies of RESP2. What isn't whole yet is read again from its start
 * when more has come; replies are small. Not for use by several threads.
 */
final class RespReplyParser {
  private static final int MOST_BYTES = 16 << 20;
  private static final int MOST_DEPTH = 8;

  /** Any so many digits fit into a long. */
  private static final int MOST_DIGITS = 18;

  private byte[] bytes = new byte[4096];
  private int end;
  private int at;

  /** The bytes aren't RESP2, or a reply is beyond all bounds. */
  static final class Malformed extends RuntimeException {
    Malformed(String message) {
      super(message);
    }
  }

  /** The replies that these bytes make whole. */
  List<RespReply> feed(byte[] more) {
    append(more);
    var replies = new ArrayList<RespReply>();
    int start = at;
    for (var reply = next(0); reply != null; reply = next(0)) {
      replies.add(reply);
      start = at;
    }
    System.arraycopy(bytes, start, bytes, 0, end - start);
    end -= start;
    at = 0;
    return replies;
  }

  private void append(byte[] more) {
    if (end + more.length > MOST_BYTES) {
      throw new Malformed("a reply is longer than " + MOST_BYTES + " bytes");
    }
    if (end + more.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + more.length));
    }
    System.arraycopy(more, 0, bytes, end, more.length);
    end += more.length;
  }

  /** The next reply, null where it isn't whole. */
  private @Nullable RespReply next(int depth) {
    int start = at;
    int stop = lineEnd();
    if (stop < 0) {
      return null;
    }
    at = stop + 2;
    return switch (bytes[start]) {
      case '+' -> new RespReply.Text(text(start + 1, stop));
      case '-' -> new RespReply.Refused(text(start + 1, stop));
      case ':' -> new RespReply.Whole(number(start + 1, stop));
      case '$' -> bulk(number(start + 1, stop));
      case '*' -> items(number(start + 1, stop), depth);
      default -> throw new Malformed("a reply can't start with byte " + bytes[start]);
    };
  }

  private @Nullable RespReply bulk(long length) {
    if (length < 0) {
      return new RespReply.Nothing();
    }
    if (length > MOST_BYTES) {
      throw new Malformed("a string of " + length + " bytes");
    }
    int size = (int) length;
    if (end - at < size + 2) {
      return null;
    }
    var text = text(at, at + size);
    at += size + 2;
    return new RespReply.Text(text);
  }

  private @Nullable RespReply items(long count, int depth) {
    if (count < 0) {
      return new RespReply.Nothing();
    }
    if (depth == MOST_DEPTH || count > MOST_BYTES) {
      throw new Malformed("an array too deep or too long");
    }
    var values = new ArrayList<RespReply>();
    for (long i = 0; i < count; i++) {
      var value = next(depth + 1);
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return new RespReply.Items(values);
  }

  /** Where the next CR LF begins, behind at least one byte; negative where there is none yet. */
  private int lineEnd() {
    for (int i = at; i + 1 < end; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        if (i == at) {
          throw new Malformed("an empty line");
        }
        return i;
      }
    }
    return -1;
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Digit by digit, as nearly all that comes is numbers. */
  private long number(int from, int to) {
    boolean negative = bytes[from] == '-';
    int first = negative ? from + 1 : from;
    if (first == to || to - first > MOST_DIGITS) {
      throw new Malformed("not a number: " + text(from, to));
    }
    long number = 0;
    for (int i = first; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        throw new Malformed("not a number: " + text(from, to));
      }
      number = number * 10 + digit;
    }
    return negative ? -number : number;
  }
}
