package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * The kernel's log from its begin (dev-kmsg of the kernel's ABI): each read returns one message. It
 * has the audit's records where no daemon takes them, ten messages in five seconds at most.
 */
record KernelLog(FileChannel file, ByteBuffer buffer) implements RefusalLog.Messages {
  /** What programs write into it has a facility, and so a first number above 7. */
  private static final Pattern OF_THE_KERNEL = Pattern.compile("^[0-7],\\d+,\\d+,[^;\\n]*;");

  /** What the JDK says of EPIPE: what was not read in time is gone, and the next read goes on. */
  private static final String OVERWRITTEN = "Broken pipe";

  static RefusalLog.Messages open(Path path) throws IOException {
    return new KernelLog(
        FileChannel.open(path, StandardOpenOption.READ),
        ByteBuffer.allocate(RefusalLog.LONGEST_MESSAGE));
  }

  @Override
  public String next() throws IOException {
    try {
      if (file.read(buffer.clear()) < 0) {
        throw new IOException("the kernel's log has ended");
      }
    } catch (IOException e) {
      if (OVERWRITTEN.equals(e.getMessage())) {
        return "";
      }
      throw e;
    }
    String message = StandardCharsets.UTF_8.decode(buffer.flip()).toString();
    var own = OF_THE_KERNEL.matcher(message);
    return own.find() ? message.substring(own.end()) : "";
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
