package dev.deployclaw.container.confinement;

import java.util.Optional;

/** The kinds of processor whose system calls we know, by the kernel's number (audit.h). */
enum Processor {
  X86_64(0xC000_003E),
  AARCH64(0xC000_00B7);

  private final int audit;

  Processor(int audit) {
    this.audit = audit;
  }

  int audit() {
    return audit;
  }

  /** This machine's; empty for another kind, where filter and Landlock are reported missing. */
  static Optional<Processor> here() {
    return switch (System.getProperty("os.arch")) {
      case "amd64" -> Optional.of(X86_64);
      case "aarch64" -> Optional.of(AARCH64);
      default -> Optional.empty();
    };
  }
}
