/**
 * Delivers alert notifications to webhooks, PagerDuty and Alertmanager from queues that survive the
 * process.
 */
@NullMarked
package dev.deployclaw.container.notification;

import org.jspecify.annotations.NullMarked;
