/** Configuration stores in etcd: prefixes from which services read their limits. */
@NullMarked
package dev.deployclaw.executors.etcd.configuration;

import org.jspecify.annotations.NullMarked;
