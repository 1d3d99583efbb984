/**
 * What the files of all kinds of gateways share: the site, the edge policy, path rules and
 * unsupported settings.
 */
@NullMarked
package dev.deployclaw.policy.gateway;

import org.jspecify.annotations.NullMarked;
