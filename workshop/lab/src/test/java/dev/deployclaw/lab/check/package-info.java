/**
 * Says what stands in a lab, by means that have nothing to do with the agent: etcdctl, redis-cli,
 * files, and HTTP.
 */
@NullMarked
package dev.deployclaw.lab.check;

import org.jspecify.annotations.NullMarked;
