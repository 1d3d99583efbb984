/**
 * Policy sets: the policies of all tenants and the routing of all gateways, and their canonical
 * bytes.
 */
@NullMarked
package dev.deployclaw.policy;

import org.jspecify.annotations.NullMarked;
