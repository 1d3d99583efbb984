/**
 * OpenTelemetry at the rim: traces that are drawn from the log of an execution, and the metrics
 * that are served, sent to a collector by OTLP over HTTP. The one package that knows its SDK;
 * nothing of it is loaded where nothing is sent.
 */
@NullMarked
package dev.deployclaw.container.telemetry;

import org.jspecify.annotations.NullMarked;
