/**
 * Secret values, and the registry of secrets that are masked in everything this process prints or
 * sends.
 */
@NullMarked
package dev.deployclaw.container.config.secret;

import org.jspecify.annotations.NullMarked;
