package dev.deployclaw.audit;

import io.nats.client.ErrorListener;

/** Says nothing: the shipper sees each failure as an exception and reports it itself. */
final class SilentListener implements ErrorListener {}
