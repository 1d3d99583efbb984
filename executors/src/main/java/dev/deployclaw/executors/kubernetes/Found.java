package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Report;

/** What a look found of a gateway. */
sealed interface Found permits Standing, Found.Lost {
  /** It can't be worked with; the report says why. */
  record Lost(Report report) implements Found {}
}
