/**
 * OpenTelemetry at the rim: traces built from the execution log, and the served metrics, sent by
 * OTLP over HTTP.
 */
@NullMarked
package dev.deployclaw.container.telemetry;

import org.jspecify.annotations.NullMarked;
