/**
 * Shared by the files of all kinds of gateways: the site, the edge policy, path rules and
 * unsupported settings.
 */
@NullMarked
package dev.deployclaw.policy.gateway;

import org.jspecify.annotations.NullMarked;
